\set i random(0, :items - 1)
\set p :i / 10
\set s :i % 10
\set n random(1, 1000000)
UPDATE plain SET doc = jsonb_set(doc, '{cnt}', to_jsonb(CAST(:n AS integer))) WHERE pk = :p AND sk = :s;
