\set i random(0, :items - 1)
\set p :i / 10
\set s :i % 10
\set n random(1, 1000000)
SELECT dynapg.put_item(('{"TableName":' || :table || ',"Item":{"pk":{"S":"' || :p || '"},"sk":{"S":"' || :s || '"},"cnt":{"N":"' || :n || '"},"customer":{"S":"customer number 4711"},"status":{"S":"SHIPPED"},"total":{"N":"1234.5"},"created":{"S":"2024-03-01"},"paid":{"BOOL": true},"tags":{"L":[{"S":"red"},{"S":"green"},{"S":"blue"}]},"address":{"M":{"street":{"S":"Via Appia 1"},"city":{"S":"Rome"},"zip":{"S":"00184"}}},"note":{"S":"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"}}}')::json);
