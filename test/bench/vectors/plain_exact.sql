\set i random(0, 999)
SET enable_indexscan = off;
SELECT id, title FROM plain ORDER BY v <=> (SELECT v FROM queries WHERE i = :i) LIMIT 10;
