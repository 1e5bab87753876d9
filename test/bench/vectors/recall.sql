-- The share of the ten nearest that the HNSW index finds, of a hundred queries.
SET dynapg.hnsw_ef_search = EF;
CREATE FUNCTION pg_temp.nearest(search json, kind text) RETURNS text[] LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('dynapg.vector_search', kind, false);
	RETURN (SELECT array_agg(r -> 'Item' -> 'id' ->> 'S') FROM json_array_elements(dynapg.search_vectors(search) -> 'SearchResults') AS r);
END $$;
SELECT round(avg((SELECT count(*) FROM unnest(pg_temp.nearest(search, 'exact')) AS e WHERE e = ANY (near))) / 10, 4)
FROM (SELECT search, pg_temp.nearest(search, 'approximate') AS near FROM queries WHERE i < 100 OFFSET 0) AS q;
