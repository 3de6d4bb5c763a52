/*
 * SCRAM's SaltedPassword, to be appended to libpq's src/common/scram-common.c. It is PBKDF2 with HMAC-SHA-256
 * (https://www.rfc-editor.org/rfc/rfc5802#section-2.2, Hi()), which OpenSSL has as one call. libpq's own function has
 * OpenSSL look up the algorithm in each of its 4,096 rounds: milliseconds of every cold start.
 *
 * It does as many rounds as the server says, within one call that no deadline ends, so a server may not say more than
 * this: a second or so. PostgreSQL's scram_iterations are 4,096 unless somebody sets them.
 */
#include <openssl/evp.h>

static const int most_scram_rounds = 1000000;

int
scram_SaltedPassword(const char *password,
#if PG_VERSION_NUM >= 160000
                     pg_cryptohash_type hash_type, int key_length,
#endif
#if PG_VERSION_NUM >= 180000
                     const uint8 *salt,
#else
                     const char *salt,
#endif
                     int saltlen, int iterations, uint8 *result
#if PG_VERSION_NUM >= 150000
                     , const char **errstr
#endif
                     )
{
#if PG_VERSION_NUM < 160000
    const int key_length = SCRAM_KEY_LEN;
#endif
    if (iterations > most_scram_rounds)
    {
#if PG_VERSION_NUM >= 150000
        *errstr = "the server asks for too many rounds of SCRAM";
#endif
        return -1;
    }
    if (PKCS5_PBKDF2_HMAC(password, strlen(password), (const unsigned char *) salt, saltlen, iterations, EVP_sha256(),
                          key_length, result) == 1)
        return 0;
#if PG_VERSION_NUM >= 150000
    *errstr = "OpenSSL could not derive the key";
#endif
    return -1;
}
