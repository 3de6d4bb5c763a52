/*
 * SCRAM's SaltedPassword, to be appended to libpq's src/common/scram-common.c. It is PBKDF2 with HMAC-SHA-256
 * (https://www.rfc-editor.org/rfc/rfc5802#section-2.2, Hi()). libpq's own function has OpenSSL look up the algorithm in
 * each of its 4,096 rounds: milliseconds of every cold start. OpenSSL's PBKDF2 copies objects in each of them: half of
 * one. Here a round is what it has to be, SHA-256 of four blocks less the two that all rounds begin with.
 *
 * It does as many rounds as the server says, within one call that no deadline ends, so a server may not say more than
 * this: a second or so. PostgreSQL's scram_iterations are 4,096 unless somebody sets them.
 */
#define OPENSSL_SUPPRESS_DEPRECATED /* OpenSSL wants one to use its objects instead. */
#include <openssl/crypto.h>
#include <openssl/sha.h>

static const int most_scram_rounds = 1000000;

/* SHA-256 of a key of HMAC's, each byte of it changed by the inner or the outer mask: as good as the password. */
static void
begin_hmac(SHA256_CTX *hash, const unsigned char *key, unsigned char mask)
{
    unsigned char block[SHA256_CBLOCK];

    for (int index = 0; index < SHA256_CBLOCK; index++)
        block[index] = key[index] ^ mask;
    SHA256_Init(hash);
    SHA256_Update(hash, block, sizeof block);
    OPENSSL_cleanse(block, sizeof block);
}

/* Ends an HMAC whose inner hash has all of its input. */
static void
end_hmac(SHA256_CTX *hash, const SHA256_CTX *outer, unsigned char *output)
{
    SHA256_Final(output, hash);
    *hash = *outer;
    SHA256_Update(hash, output, SHA256_DIGEST_LENGTH);
    SHA256_Final(output, hash);
}

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
    static const unsigned char first_block[] = {0, 0, 0, 1};
    unsigned char key[SHA256_CBLOCK] = {0};
    unsigned char round[SHA256_DIGEST_LENGTH];
    SHA256_CTX inner, outer, hash;

    if (iterations > most_scram_rounds)
    {
#if PG_VERSION_NUM >= 150000
        *errstr = "the server asks for too many rounds of SCRAM";
#endif
        return -1;
    }
    if (strlen(password) > sizeof key)
        SHA256((const unsigned char *) password, strlen(password), key);
    else
        memcpy(key, password, strlen(password));
    begin_hmac(&inner, key, 0x36);
    begin_hmac(&outer, key, 0x5c);
    hash = inner;
    SHA256_Update(&hash, salt, saltlen);
    SHA256_Update(&hash, first_block, sizeof first_block);
    end_hmac(&hash, &outer, round);
    memcpy(result, round, sizeof round);
    for (int count = 1; count < iterations; count++)
    {
        hash = inner;
        SHA256_Update(&hash, round, sizeof round);
        end_hmac(&hash, &outer, round);
        for (size_t index = 0; index < sizeof round; index++)
            result[index] ^= round[index];
    }
    OPENSSL_cleanse(key, sizeof key);
    OPENSSL_cleanse(&inner, sizeof inner);
    OPENSSL_cleanse(&outer, sizeof outer);
    OPENSSL_cleanse(&hash, sizeof hash);
    OPENSSL_cleanse(round, sizeof round);
    return 0;
}
