\set s random(0, 9)
UPDATE plain SET doc = jsonb_set(doc, '{cnt}', to_jsonb((doc->>'cnt')::numeric + 1)) WHERE pk = '0' AND sk = CAST(:s AS text);
