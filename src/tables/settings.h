/*
 * settings.h - the settings of a table and its indexes, apart from keys
 *
 * The catalog keeps them as JSON in the API's own member names (columns definition of dynapg.tables and dynapg.indexes);
 * here they are structures, read from a request or with the catalog's rows, and written with these.
 *
 * Times are seconds since 1970 with milliseconds; 0 is "never".
 */
#ifndef DYNAPG_TABLES_SETTINGS_H
#define DYNAPG_TABLES_SETTINGS_H

#include "lib/stringinfo.h"

#include "base/json.h"
#include "utils/timestamp.h"

/* The units per second that a table or index is warm for by default in PAY_PER_REQUEST. */
#define DYN_WARM_READ	12000
#define DYN_WARM_WRITE	4000

/* A member of a pair of units that was not given. */
#define DYN_UNITS_ABSENT PG_INT64_MIN

/* A pair of units; set is false where the pair was never given; -1 of an on-demand limit is "no limit". */
typedef struct DynUnits
{
	bool		set;
	int64		read;
	int64		write;
} DynUnits;

typedef struct DynThroughput
{
	int64		read;			/* capacity units; 0 in PAY_PER_REQUEST */
	int64		write;
	double		increased;		/* when it was last */
	double		decreased;
	int64		decreases;		/* on the (UTC) day of decreased */
} DynThroughput;

/* Contributor insights of a table or an index; since is 0 where they were never enabled. */
typedef struct DynInsights
{
	bool		enabled;
	char	   *mode;			/* ACCESSED_AND_THROTTLED_KEYS, THROTTLED_KEYS */
	double		since;			/* of the last change */
	double		on_since;		/* when they were enabled */
} DynInsights;

typedef struct DynIndexSettings
{
	DynThroughput throughput;
	DynUnits	on_demand;
	DynUnits	warm;
	DynInsights insights;
} DynIndexSettings;

/* A resource policy, kept and not enforced; text is NULL where there is none. */
typedef struct DynPolicy
{
	char	   *text;
	char	   *revision;
} DynPolicy;

typedef struct DynTableSettings
{
	bool		pay_per_request;
	double		pay_per_request_since;	/* kept when the table leaves the mode */
	DynThroughput throughput;
	DynUnits	on_demand;
	DynUnits	warm;
	bool		sse;
	char	   *kms_key;		/* NULL: the service's own */
	bool		stream;
	char	   *stream_view;
	char	   *stream_label;	/* of the latest stream, also a past one; NULL: never had one */
	char	   *table_class;	/* NULL: never given */
	double		table_class_since;
	char	   *tags;			/* JSON array; NULL: none */
	DynPolicy	policy;
	DynPolicy	stream_policy;	/* of the latest stream */
	char	   *kinesis;		/* JSON array of Kinesis destinations; NULL: there never was one */
	DynInsights insights;
	char	   *ttl_attribute;	/* of Time to Live; NULL: was never enabled */
	bool		ttl_enabled;
	double		ttl_since;		/* of its last change; 0: unknown */
	double		pitr_since;		/* when point-in-time recovery was enabled; 0: it is off */
	int			pitr_days;
	char	   *restored;		/* JSON object: the backup that the table was made of; NULL: of none */
} DynTableSettings;

/* In SQL on dynapg.tables t: what is kept of Time to Live, and the days of point-in-time recovery; NULL where these are off. */
#define DYN_SETTINGS_SQL_TTL "(t.definition OPERATOR(pg_catalog.->) 'TimeToLive')"
#define DYN_SETTINGS_SQL_RECOVERY_DAYS \
	"(t.definition OPERATOR(pg_catalog.#>>) '{PointInTimeRecovery,RecoveryPeriodInDays}')"

/* From the catalog's JSON and to it. */
extern void dyn_settings_read(const char *definition, DynTableSettings *settings);
extern char *dyn_settings_write(const DynTableSettings *settings);
extern void dyn_settings_read_index(const char *definition, DynIndexSettings *settings);
extern char *dyn_settings_write_index(const DynIndexSettings *settings);

/* OnDemandThroughput, WarmThroughput of a request; members that are absent become absent. */
extern DynUnits dyn_settings_on_demand(const DynJson *object);
extern DynUnits dyn_settings_warm(const DynJson *object);

/*
 * What a table or index is warm for: the maximum of what was requested (warm, or NULL) and what its billing mode gives by
 * default.
 */
extern DynUnits dyn_settings_warm_units(const DynUnits *warm, const DynThroughput *throughput, bool pay_per_request);

/* The earlier units and decreases, with the times of the change. */
extern void dyn_settings_keep_units(DynThroughput *throughput, const DynThroughput *before);

/* On-demand limits without those that are lifted (-1); set is false where none is left. */
extern DynUnits dyn_settings_without_lifted(DynUnits units);

/* Keeps a resource policy, under a new revision. */
extern void dyn_settings_set_policy(DynPolicy *policy, char *text);

/* A moment in the API's form, and the present one (the transaction's). */
extern double dyn_settings_epoch(TimestampTz moment);
extern double dyn_settings_now(void);

/* A moment as texts of errors have it: 2026-01-31T23:59:59Z. */
extern char *dyn_settings_iso(TimestampTz moment);

/* Appends a time as the API writes it. */
extern void dyn_settings_print_time(StringInfo out, const char *member, double seconds);

/* Appends "member":number. */
extern void dyn_settings_print_number(StringInfo out, const char *member, int64 value);

/* Appends "member":"text". */
extern void dyn_settings_print_text(StringInfo out, const char *member, const char *text);

/* Appends a pair of units under the names of its members; those that are absent are left out. */
extern void dyn_settings_print_on_demand(StringInfo out, const DynUnits *units);

/* The number of decreases on the present (UTC) day. */
extern int64 dyn_settings_decreases_today(const DynThroughput *throughput);

#endif							/* DYNAPG_TABLES_SETTINGS_H */
