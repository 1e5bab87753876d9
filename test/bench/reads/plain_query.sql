\set p random(0, :items / 100 - 1)
SELECT doc FROM plain_reads WHERE pk = CAST(:p AS text) ORDER BY sk LIMIT 100;
