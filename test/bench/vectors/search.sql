\set i random(0, 999)
SET dynapg.hnsw_ef_search = EF;
SELECT dynapg.search_vectors(search) FROM queries WHERE i = :i;
