# DynapgRecovery.pm - a model of what tables with point-in-time recovery held at each moment: an audit trigger of its own, and PostgreSQL's
# commit timestamps
package DynapgRecovery;

use strict;
use warnings;
use Exporter 'import';
use Test::More;

our @EXPORT = qw(create_model watch_table quiet_moments is_past);

# Needs track_commit_timestamp.
sub create_model
{
	my ($node) = @_;
	$node->safe_psql('postgres', <<'SQL');
CREATE TABLE public.audit (id bigserial PRIMARY KEY, xid xid8 NOT NULL DEFAULT pg_current_xact_id(), tab text, pk text COLLATE "C", item dynapg.item);
CREATE FUNCTION public.audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'UPDATE' AND OLD.pk <> NEW.pk THEN
		INSERT INTO public.audit (tab, pk, item) VALUES (TG_TABLE_NAME, OLD.pk, NULL);
	END IF;
	IF TG_OP = 'DELETE' THEN
		INSERT INTO public.audit (tab, pk, item) VALUES (TG_TABLE_NAME, OLD.pk, NULL);
	ELSE
		INSERT INTO public.audit (tab, pk, item) VALUES (TG_TABLE_NAME, NEW.pk, NEW.item);
	END IF;
	RETURN NULL;
END $$;
-- A transaction's moment is its commit timestamp, for a prepared one when it was prepared; or the last tick that does not see it, as between its
-- timestamp and its visibility a transaction waits for the disk.
CREATE TABLE public.prepared (xid xid8 PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE public.commits (xid xid8 PRIMARY KEY, at timestamptz NOT NULL);
CREATE FUNCTION public.note_commits() RETURNS void LANGUAGE sql AS $$
	INSERT INTO public.commits SELECT a.xid, greatest(COALESCE(p.at, pg_xact_commit_timestamp(a.xid::xid)), (SELECT max(t.created_at) FROM dynapg.ticks t
			WHERE t.next_xid <= a.xid::text::bigint OR a.xid::text::bigint = ANY (t.open_xids)))
		FROM (SELECT DISTINCT xid FROM public.audit) a LEFT JOIN public.prepared p USING (xid) ON CONFLICT DO NOTHING;
$$;
CREATE FUNCTION public.expected(which text, moment timestamptz) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(pk || '=' || item::text, ',' ORDER BY pk) FROM (SELECT DISTINCT ON (a.pk) a.pk, a.item FROM public.audit a
		JOIN public.commits c USING (xid) WHERE a.tab = which AND c.at <= moment ORDER BY a.pk, a.id DESC) s WHERE item IS NOT NULL
$$;
CREATE FUNCTION public.actual(which text, moment timestamptz) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(dynapg.item_get_text(i, 'pk') || '=' || i::text, ',' ORDER BY dynapg.item_get_text(i, 'pk') COLLATE "C") FROM dynapg.items_at(which, moment) i
$$;
CREATE FUNCTION public.actual_changes(which text, a timestamptz, b timestamptz) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(concat_ws('|', dynapg.item_get_text(COALESCE(old_item, new_item), 'pk'), old_item::text, '>', new_item::text), ','
		ORDER BY dynapg.item_get_text(COALESCE(old_item, new_item), 'pk') COLLATE "C") FROM dynapg.changes_between(which, a, b)
		WHERE old_item IS NULL OR new_item IS NULL OR old_item::text <> new_item::text
$$;
CREATE FUNCTION public.expected_changes(which text, a timestamptz, b timestamptz) RETURNS text LANGUAGE sql AS $$
	WITH s AS (SELECT DISTINCT ON (x.pk) x.pk, x.item FROM public.audit x JOIN public.commits c USING (xid) WHERE x.tab = which AND c.at <= a ORDER BY x.pk, x.id DESC),
	e AS (SELECT DISTINCT ON (x.pk) x.pk, x.item FROM public.audit x JOIN public.commits c USING (xid) WHERE x.tab = which AND c.at <= b ORDER BY x.pk, x.id DESC)
	SELECT string_agg(concat_ws('|', e.pk, s.item::text, '>', e.item::text), ',' ORDER BY e.pk) FROM e LEFT JOIN s USING (pk)
		WHERE s.item::text IS DISTINCT FROM e.item::text
$$;
SQL
	return;
}

sub watch_table
{
	my ($node, $table) = @_;
	$node->safe_psql('postgres', qq(CREATE TRIGGER zzz AFTER INSERT OR UPDATE OR DELETE ON dynamodb."$table" FOR EACH ROW EXECUTE FUNCTION public.audit()));
	return;
}

# Moments between two commits that are some milliseconds apart, at most the given number.
sub quiet_moments
{
	my ($node, $since, $count) = @_;
	$node->safe_psql('postgres', 'SELECT public.note_commits()');
	return split /\n/, $node->safe_psql('postgres', qq(SELECT at + (next - at) / 2 FROM (SELECT at, lead(at) OVER (ORDER BY at) AS next FROM public.commits) c
		WHERE next - at > '12 ms' AND at > '$since' ORDER BY random() LIMIT $count));
}

# The table was at each of the moments what the model says, and so is what changed between them.
sub is_past
{
	my ($node, $table, $what, @moments) = @_;
	my $values = join ', ', map { "('$_'::timestamptz)" } @moments;
	my $wrong = $node->safe_psql('postgres', qq(SELECT m, public.expected('$table', m), public.actual('$table', m) FROM (VALUES $values) v (m)
		WHERE public.expected('$table', m) IS DISTINCT FROM public.actual('$table', m)));

	is($wrong, '', "$what: $table at " . @moments . ' moments');
	$wrong = $node->safe_psql('postgres', qq(SELECT a, b, public.expected_changes('$table', a, b), public.actual_changes('$table', a, b)
		FROM (SELECT m AS a, lead(m, 3) OVER (ORDER BY m) AS b FROM (VALUES $values) v (m)) v
		WHERE b IS NOT NULL AND public.expected_changes('$table', a, b) IS DISTINCT FROM public.actual_changes('$table', a, b)));
	is($wrong, '', "$what: what changed between them");
	return;
}

1;
