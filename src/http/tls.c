/*
 * tls.c - TLS over a non-blocking socket, by OpenSSL
 */
#include "postgres.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/guc.h"
#include "http/tls.h"

/* A DynTls is OpenSSL's SSL under another name, so that OpenSSL's headers stay here. */
#define SSL_OF(tls) ((SSL *) (tls))

static SSL_CTX *context = NULL;

/* OpenSSL's text for its latest error; its queue of errors is emptied. */
static const char *
ssl_error(void)
{
	unsigned long code = ERR_get_error();
	const char *text = code != 0 ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	return text ? text : "unknown error";
}

/* Raises the error for a context that cannot be made. */
static void
refuse(SSL_CTX *made, const char *what, const char *file)
{
	const char *text = ssl_error();

	SSL_CTX_free(made);
	ereport(ERROR, errcode(ERRCODE_CONFIG_FILE_ERROR), errmsg("could not load %s \"%s\": %s", what, file, text));
}

/* Raises the error for a key that must not be used. */
static void
refuse_key(SSL_CTX *made, const char *reason, const char *detail)
{
	SSL_CTX_free(made);
	ereport(ERROR,
			errcode(ERRCODE_CONFIG_FILE_ERROR),
			errmsg("could not load private key file \"%s\": %s", dyn_guc_http_tls_key_file, reason),
			detail ? errdetail("%s", detail) : 0);
}

/*
 * A key that others can read is as good as published.  The rules are PostgreSQL's for ssl_key_file, whose function for them
 * is in a header that needs those of Kerberos.
 */
static void
check_key_file(SSL_CTX *made)
{
	struct stat file;

	if (stat(dyn_guc_http_tls_key_file, &file) != 0)
		refuse_key(made, strerror(errno), NULL);
	if (!S_ISREG(file.st_mode))
		refuse_key(made, "it is not a regular file", NULL);
	if (file.st_uid != geteuid() && file.st_uid != 0)
		refuse_key(made, "it must be owned by the database user or root", NULL);
	if (file.st_mode & (file.st_uid == geteuid() ? S_IRWXG | S_IRWXO : S_IWGRP | S_IXGRP | S_IRWXO))
		refuse_key(made, "it has group or world access",
				   "The file must have permissions u=rw (0600) or less if owned by the database user, or permissions u=rw,g=r (0640) "
				   "or less if owned by root.");
}

/* Never asks for the pass phrase of a key. */
static int
no_pass_phrase(char *buffer, int size, int encrypting, void *argument)
{
	return 0;
}

void
dyn_tls_load(void)
{
	SSL_CTX    *made;

	if (dyn_guc_http_tls_cert_file[0] == '\0' && dyn_guc_http_tls_key_file[0] == '\0')
	{
		SSL_CTX_free(context);
		context = NULL;
		return;
	}
	ERR_clear_error();
	made = SSL_CTX_new(TLS_server_method());
	if (made == NULL)
		ereport(ERROR, errcode(ERRCODE_OUT_OF_MEMORY), errmsg("could not create an SSL context: %s", ssl_error()));
	SSL_CTX_set_default_passwd_cb(made, no_pass_phrase);
	SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION);
	SSL_CTX_set_mode(made, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_options(made, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
	if (SSL_CTX_use_certificate_chain_file(made, dyn_guc_http_tls_cert_file) != 1)
		refuse(made, "certificate file", dyn_guc_http_tls_cert_file);
	check_key_file(made);
	if (SSL_CTX_use_PrivateKey_file(made, dyn_guc_http_tls_key_file, SSL_FILETYPE_PEM) != 1)
		refuse(made, "private key file", dyn_guc_http_tls_key_file);
	SSL_CTX_free(context);
	context = made;
}

bool
dyn_tls_enabled(void)
{
	return context != NULL;
}

DynTls *
dyn_tls_open(int fd)
{
	SSL		   *ssl = SSL_new(context);

	if (ssl && SSL_set_fd(ssl, fd) == 1)
	{
		SSL_set_accept_state(ssl);
		return (DynTls *) ssl;
	}
	SSL_free(ssl);
	ERR_clear_error();
	return NULL;
}

void
dyn_tls_close(DynTls *tls)
{
	if (SSL_is_init_finished(SSL_OF(tls)))
		(void) SSL_shutdown(SSL_OF(tls));
	SSL_free(SSL_OF(tls));
	ERR_clear_error();
}

/* The meaning of a failed read or write. */
static int
outcome(SSL *ssl, int rc)
{
	int			error = SSL_get_error(ssl, rc);

	ERR_clear_error();
	switch (error)
	{
		case SSL_ERROR_WANT_READ:
			return DYN_TLS_AGAIN;
		case SSL_ERROR_WANT_WRITE:
			return DYN_TLS_AGAIN_WRITE;
		case SSL_ERROR_ZERO_RETURN:
			return 0;
		default:
			return DYN_TLS_FAILED;
	}
}

int
dyn_tls_read(DynTls *tls, char *data, int len)
{
	int			rc;

	ERR_clear_error();
	rc = SSL_read(SSL_OF(tls), data, len);
	return rc > 0 ? rc : outcome(SSL_OF(tls), rc);
}

int
dyn_tls_write(DynTls *tls, const char *data, int len)
{
	int			rc;

	ERR_clear_error();
	rc = SSL_write(SSL_OF(tls), data, len);
	return rc > 0 ? rc : outcome(SSL_OF(tls), rc);
}

bool
dyn_tls_pending(DynTls *tls)
{
	return SSL_pending(SSL_OF(tls)) > 0;
}
