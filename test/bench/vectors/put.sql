\set i random(0, 999)
SELECT dynapg.put_item(json_build_object('TableName', 'Vectors', 'Item', json_build_object('id', json_build_object('S', nextval('new_id')::text), 'title', '{"S": "a new text"}'::json, 'v', item))) FROM queries WHERE i = :i;
