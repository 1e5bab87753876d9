\set i random(0, :items - 1)
\set p :i / 10
\set s :i % 10
SELECT doc FROM plain WHERE pk = :p AND sk = :s;
