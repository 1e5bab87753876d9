/*
 * load_errors.c - dynapg.load_errors: errors in records of imports and bulk operations
 */
#include "postgres.h"

#include "database/sql.h"
#include "store/load_errors.h"
#include "tables/catalog.h"

void
dyn_load_errors_add(const char *job, const DynLoadError *errors, int count)
{
	if (count == 0)
		return;
	SPI_connect();
	for (int i = 0; i < count; i++)
	{
		DynSqlArgs	args = {0};

		dyn_sql_text(&args, job);
		dyn_sql_int64(&args, errors[i].number);
		dyn_sql_text(&args, errors[i].object);
		dyn_sql_int64(&args, errors[i].record);
		dyn_sql_text(&args, errors[i].message);
		dyn_sql_text(&args, errors[i].text);
		dyn_catalog_run("INSERT INTO dynapg.load_errors AS e (job, number, object, record, message, record_text) "
						"VALUES ($1, $2, $3, NULLIF($4, 0::pg_catalog.int8), $5, $6) ON CONFLICT (job, number) DO UPDATE "
						"SET object = EXCLUDED.object, record = EXCLUDED.record, message = EXCLUDED.message, "
						"record_text = EXCLUDED.record_text", &args);
	}
	SPI_finish();
}
