\set i random(0, 999)
SELECT dynapg.put_item(replace(put, '@', nextval('new_id')::text)::json) FROM queries WHERE i = :i;
