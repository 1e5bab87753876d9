INSERT INTO plain SELECT 'new ' || n, 'a new text', v FROM puts WHERE n = (SELECT nextval('new_row')) ON CONFLICT (id) DO UPDATE SET title = EXCLUDED.title, v = EXCLUDED.v;
