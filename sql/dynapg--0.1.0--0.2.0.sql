/* dynapg 0.1.0 to 0.2.0: update script. Run by ALTER EXTENSION dynapg UPDATE. */
\echo Use "ALTER EXTENSION dynapg UPDATE TO '0.2.0'" to load this file. \quit
