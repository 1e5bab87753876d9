\set p random(0, :items / 100 - 30)
SELECT dynapg.scan(('{"TableName":"reads","FilterExpression":"customer = \u003ac","ExpressionAttributeValues":{"\u003ac":{"S":"nobody"}},"Limit":1000,"ExclusiveStartKey":{"pk":{"S":"' || :p || '"},"sk":{"S":"000"}}}')::json);
