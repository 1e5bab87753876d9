\set i random(0, 999)
SET hnsw.ef_search = EF;
SELECT pk, item FROM dynamodb."Vectors" ORDER BY dynapg.item_reals(item, 'v', DIMENSIONS)::vector(DIMENSIONS) <=> (SELECT v FROM queries WHERE i = :i) LIMIT 10;
