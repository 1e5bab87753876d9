/*
 * port_list.c - lists of databases with their ports, as settings have them
 */
#include "postgres.h"

#include "utils/varlena.h"

#include "base/port_list.h"

#define MAX_PORT	65535

/* Reads "name:port" into *pair, whose name stays in the text; false where it is none. */
static bool
read_pair(char *text, DynPort *pair)
{
	char	   *colon = strrchr(text, ':');
	char	   *end;
	long		port;

	if (colon == NULL || colon == text || colon - text >= NAMEDATALEN)
		return false;
	port = strtol(colon + 1, &end, 10);
	if (end == colon + 1 || *end != '\0' || port < 1 || port > MAX_PORT)
		return false;
	*colon = '\0';
	*pair = (DynPort) {text, (int) port};
	return true;
}

int
dyn_port_list_read(const char *setting, DynPort *pairs, const char **problem)
{
	List	   *texts;
	ListCell   *cell;
	int			found = 0;

	*problem = "List syntax is invalid.";
	if (!SplitGUCList(pstrdup(setting), ',', &texts))
		return -1;
	*problem = psprintf("There may be %d databases.", DYN_MAX_SERVED);
	if (list_length(texts) > DYN_MAX_SERVED)
		return -1;
	foreach(cell, texts)
	{
		char	   *text = pstrdup(lfirst(cell));

		if (!read_pair(text, &pairs[found]))
		{
			*problem = psprintf("\"%s\" is not the name of a database and a port, such as \"app:8000\".", text);
			return -1;
		}
		for (int i = 0; i < found; i++)
			if (pairs[i].port == pairs[found].port || strcmp(pairs[i].database, pairs[found].database) == 0)
			{
				*problem = "Each database and each port may be there once.";
				return -1;
			}
		found++;
	}
	*problem = NULL;
	return found;
}
