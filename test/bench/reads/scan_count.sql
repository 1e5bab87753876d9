\set p random(0, :items / 100 - 30)
SELECT dynapg.scan(('{"TableName":"reads","Select":"COUNT","Limit":1000,"ExclusiveStartKey":{"pk":{"S":"' || :p || '"},"sk":{"S":"000"}}}')::json);
