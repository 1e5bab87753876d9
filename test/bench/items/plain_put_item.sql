\set i random(0, :items - 1)
\set p :i / 10
\set s :i % 10
\set n random(1, 1000000)
INSERT INTO plain VALUES (:p, :s, ('{"cnt":' || :n || ',"customer":"customer number 4711","status":"SHIPPED","total": 1234.5,"created":"2024-03-01","paid": true,"tags":["red","green","blue"],"address":{"street":"Via Appia 1","city":"Rome","zip":"00184"},"note":"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"}')::jsonb) ON CONFLICT (pk, sk) DO UPDATE SET doc = excluded.doc;
