#include "tests/population/pop.h"

#include <string.h>

static void
digits(char *at, uint64_t value, int width)
{
	while (width-- > 0) {
		at[width] = (char)('0' + value % 10);
		value /= 10;
	}
}

/* ISO/IEC 7064 MOD 37,36. */
static char
id_check(const char *id)
{
	static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	int p = 36, s;

	for (; *id != '\0'; id++) {
		if (*id == '-')
			continue;
		s = (p + (int)(strchr(alphabet, *id) - alphabet)) % 36;
		p = (s == 0 ? 36 : s) * 2 % 37;
	}
	return alphabet[(37 - p) % 36];
}

void
number_id(uint64_t seed, uint64_t k, char out[16])
{
	static const char base32[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint64_t x = rng_permute(seed ^ 0x1D, k, UINT64_C(1) << 40);
	int i;

	memcpy(out, "CP-0000-0000-", 14);
	for (i = 0; i < 8; i++)
		out[3 + i + (i >= 4)] = base32[x >> (5 * i) & 31];
	out[12] = '\0';
	out[13] = id_check(out + 3);
	out[12] = '-';
	out[14] = '\0';
}

/* Weights 10 to 2; 11 less the remainder; 10 cannot be a check digit. */
static int
nhs_check(const char *nine)
{
	int i, sum = 0;

	for (i = 0; i < 9; i++)
		sum += (nine[i] - '0') * (10 - i);
	return (11 - sum % 11) % 11;
}

void
number_nhs(uint64_t seed, uint64_t k, char out[11])
{
	static const char block[] = "58";
	uint64_t x = rng_permute(seed ^ 0x4E4853, k, POP_MAX_RECORDS);
	struct rng r = rng_at(seed, ST_NUMBER, k);
	int check;

	out[0] = block[x / 10000000];
	digits(out + 1, x % 10000000, 7);
	out[8] = (char)('0' + rng_below(&r, 10));
	check = nhs_check(out);
	if (check == 10) {
		out[8] = (char)('0' + (out[8] - '0' + 1) % 10);
		check = nhs_check(out);
	}
	out[9] = (char)('0' + check);
	out[10] = '\0';
}

static const char upn_letters[] = "ABCDEFGHJKLMNPQRTUVWXYZ";

/* Weights 2 to 13 over what follows the letter, modulo 23. */
char
number_upn_letter(const char *twelve)
{
	int i, value, sum = 0;

	for (i = 0; i < 12; i++) {
		if (twelve[i] >= '0' && twelve[i] <= '9')
			value = twelve[i] - '0';
		else
			value = (int)(strchr(upn_letters, twelve[i]) -
			    upn_letters);
		sum += value * (i + 2);
	}
	return upn_letters[sum % 23];
}

/*
 * Seven digits make ten million; a letter in the last place makes the number
 * temporary, and tells the records after those apart.
 */
void
number_upn(uint64_t seed, uint64_t k, unsigned dfe, int year, bool temporary,
    char out[14])
{
	uint64_t x = rng_permute(seed ^ 0x55504E, k % 10000000, 10000000);

	digits(out + 1, dfe, 3);
	digits(out + 4, x / 1000, 4);
	digits(out + 8, (uint64_t)(year % 100), 2);
	digits(out + 10, x % 1000, 3);
	if (temporary || k >= 10000000)
		out[12] = upn_letters[out[12] - '0' +
		    (k >= 10000000 ? 10 : 0)];
	out[13] = '\0';
	out[0] = number_upn_letter(out + 1);
}
