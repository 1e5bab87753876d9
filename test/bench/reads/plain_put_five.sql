\set i random(0, 99999)
\set r random(1, 1000000)
INSERT INTO plain_five VALUES ((:i / 10)::text, (:i % 10)::text, ('{"g1":"g' || :r % 7 || '","r1":"' || :r || '","g2":"g' || :r % 100 || '","r2":"' || :r || '","g3":"g' || :r % 1000 || '","r3":"' || :r || '","g4":"g' || :r || '","r4":"' || :r || '","g5":"g1","r5":"' || :r || '","customer":"customer number 4711","note":"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"}')::jsonb) ON CONFLICT (pk, sk) DO UPDATE SET doc = excluded.doc;
