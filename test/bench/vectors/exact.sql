\set i random(0, 999)
SET dynapg.vector_search = exact;
SELECT dynapg.search_vectors(search) FROM queries WHERE i = :i;
