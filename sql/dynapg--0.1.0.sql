/* dynapg 0.1.0: install script. Run by CREATE EXTENSION dynapg. */
\echo Use "CREATE EXTENSION dynapg" to load this file. \quit
