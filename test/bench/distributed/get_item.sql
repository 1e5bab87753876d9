\set i random(0, :items - 1)
\set p :i / 10
\set s :i % 10
SELECT dynapg.get_item(('{"TableName":' || :table || ',"Key":{"pk":{"S":"' || :p || '"},"sk":{"S":"' || :s || '"}}}')::json);
