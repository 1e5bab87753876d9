\set p random(0, :items / 100 - 1)
SELECT doc FROM (SELECT * FROM plain_reads WHERE pk = CAST(:p AS text) ORDER BY sk LIMIT 100) page WHERE doc ->> 'customer' = 'nobody';
