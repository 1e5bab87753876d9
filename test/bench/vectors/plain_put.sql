\set i random(0, 999)
INSERT INTO plain SELECT nextval('new_id')::text, 'a new text', v FROM queries WHERE i = :i ON CONFLICT (id) DO UPDATE SET title = EXCLUDED.title, v = EXCLUDED.v;
