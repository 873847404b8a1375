#include "archive/bech32.h"

#include <string.h>


/* Secret keys pass through here: no buffer but the caller's holds data. */

enum { CHECKSUM = 6 };
static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static uint32_t
polymod(uint32_t sum, unsigned value)
{
	static const uint32_t gen[5] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa,
		0x3d4233dd, 0x2a1462b3 };
	uint32_t top = sum >> 25;
	int i;

	sum = (sum & 0x1ffffff) << 5 ^ value;
	for (i = 0; i < 5; i++)
		if ((top >> i & 1) != 0)
			sum ^= gen[i];
	return sum;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static int
is_upper(const char *hrp)
{
	for (; *hrp != '\0'; hrp++)
		if (*hrp >= 'A' && *hrp <= 'Z')
			return 1;
	return 0;
}

/* The checksum of the prefix, which both cases share. */
static uint32_t
polymod_hrp(const char *hrp)
{
	uint32_t sum = 1;
	const char *p;

	for (p = hrp; *p != '\0'; p++)
		sum = polymod(sum, (unsigned char)lower(*p) >> 5);
	sum = polymod(sum, 0);
	for (p = hrp; *p != '\0'; p++)
		sum = polymod(sum, (unsigned char)lower(*p) & 31);
	return sum;
}

size_t
cp_bech32_len(const char *hrp, size_t len)
{
	return strlen(hrp) + 1 + (len * 8 + 4) / 5 + CHECKSUM;
}

enum cp_rc
cp_bech32_encode(const char *hrp, const uint8_t *data, size_t len, char *out,
    size_t cap, struct cp_err *err)
{
	uint32_t sum = polymod_hrp(hrp);
	size_t i, at = strlen(hrp), total = cp_bech32_len(hrp, len);
	unsigned bits = 0, have = 0, v;

	if (total > cap)
		return cp_fail(err, CP_FAILED, "bech32: no room");
	memcpy(out, hrp, at);
	out[at++] = '1';
	for (i = 0; i <= len; i++) {
		/* After the last byte, zero bits fill its last group. */
		bits = (bits << 8 | (i < len ? data[i] : 0)) & 0xffff;
		if (i == len && have == 0)
			break;
		for (have += 8; have >= 5 && at < total - CHECKSUM; have -= 5) {
			v = bits >> (have - 5) & 31;
			sum = polymod(sum, v);
			out[at++] = alphabet[v];
		}
	}
	for (i = 0; i < CHECKSUM; i++)
		sum = polymod(sum, 0);
	sum ^= 1;
	for (i = 0; i < CHECKSUM; i++)
		out[at++] = alphabet[sum >> 5 * (CHECKSUM - 1 - i) & 31];
	for (i = 0; is_upper(hrp) && i < total; i++)
		out[i] = upper(out[i]);
	return CP_OK;
}

/* The value of C, or -1; C must have the case that UP says. */
static int
value_of(char c, int up)
{
	const char *at;

	if (c == '\0' || c != (up ? upper(c) : lower(c)))
		return -1;
	at = strchr(alphabet, lower(c));
	return at != NULL ? (int)(at - alphabet) : -1;
}

enum cp_rc
cp_bech32_decode(const char *hrp, const char *text, size_t len, uint8_t *out,
    size_t want, struct cp_err *err)
{
	uint32_t sum = polymod_hrp(hrp);
	size_t i, at = 0, pre = strlen(hrp) + 1;
	unsigned bits = 0, have = 0;
	int v, up = is_upper(hrp);

	if (len < pre || memcmp(text, hrp, pre - 1) != 0 ||
	    text[pre - 1] != '1')
		return cp_fail(err, CP_BAD_INPUT, "does not begin with %s1",
		    hrp);
	if (len != cp_bech32_len(hrp, want))
		return cp_fail(err, CP_BAD_INPUT, "has a wrong length");
	for (i = pre; i < len; i++) {
		v = value_of(text[i], up);
		if (v < 0)
			return cp_fail(err, CP_BAD_INPUT, "has a wrong "
			    "character at %zu", i + 1);
		sum = polymod(sum, (unsigned)v);
		if (i >= len - CHECKSUM)
			continue;
		bits = (bits << 5 | (unsigned)v) & 0xffff;
		have += 5;
		if (have >= 8) {
			have -= 8;
			out[at++] = (uint8_t)(bits >> have);
		}
	}
	if (sum != 1)
		return cp_fail(err, CP_BAD_INPUT, "has a wrong checksum");
	if (at != want || (bits & ((1u << have) - 1)) != 0)
		return cp_fail(err, CP_BAD_INPUT, "is not canonical");
	return CP_OK;
}
