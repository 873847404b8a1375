#include "lifecycle/records/identity_people.h"

#include <stddef.h>

#define NAME(given, family) \
	"[{\"type\":\"current\",\"given\":\"" given "\",\"family\":\"" \
	family "\"}]"
#define HOME(line, postcode) \
	",\"addresses\":[{\"type\":\"current\",\"lines\":[\"" line "\"," \
	"\"Mockham\"],\"postcode\":\"" postcode "\",\"from\":\"@03-09-01\"," \
	"\"source\":\"test\"}]"
#define CARER(name, phone) \
	",\"carers\":[{\"name\":\"" name "\",\"relation\":\"mother\"," \
	"\"responsibility\":true,\"phone\":\"" phone "\"}]"
#define SCHOOL(start) \
	",\"involvements\":[{\"service\":\"education\",\"provider\":" \
	"\"Mockham Test School\",\"practitioner\":\"Mx Sample\"," \
	"\"phone\":\"01632 960100\",\"start\":\"" start "\"}]"

const struct cp_invented cp_invented[] = {
	{ "TEST-0001", "an ordinary record", NAME("Testa", "Mockingbury"),
	    "female", "@09-03-17", "9990000018",
	    HOME("1 Sample Row", "ZZ99 1AA")
	    CARER("Tessa Mockingbury", "01632 960001") SCHOOL("@04-09-01"),
	    0, 0 },
	{ "TEST-0002", "a shielded record", NAME("Proba", "Hiddenwick"),
	    "female", "@11-06-21", "9990000026",
	    HOME("2 Secret Sample Row", "ZZ99 2BB")
	    CARER("Prova Hiddenwick", "01632 960002") SCHOOL("@06-09-01"),
	    1, 0 },
	{ "TEST-0003", "former names",
	    "[{\"type\":\"current\",\"given\":\"Newa\",\"family\":"
	    "\"Examplewick\",\"from\":\"@02-05-01\"},{\"type\":\"former\","
	    "\"given\":\"Olda\",\"family\":\"Formerby\"},{\"type\":\"former\","
	    "\"given\":\"Olda\",\"family\":\"Erstwhyle\"}]",
	    "female", "@07-11-05", "9990000034",
	    HOME("3 Sample Row", "ZZ99 1AA"), 0, 0 },
	{ "TEST-0004", "hyphens and apostrophes",
	    NAME("Anna-Testa Mae", "O\xe2\x80\x99Mockery-Sampleton"),
	    "female", "@14-01-30", "9990000042",
	    HOME("4 St Mock\xe2\x80\x99s Close", "ZZ99 3CC"), 0, 0 },
	{ "TEST-0005", "letters with marks",
	    NAME("\xc5\x81ucz\xc3\xa1na", "Pr\xc3\xb3""bni\xc5\x84ska"),
	    "male", "@12-08-08", "9990000050",
	    HOME("5 Sample Row", "ZZ99 1AA"), 0, 0 },
	{ "TEST-0006", "another script",
	    NAME("\xd8\xaa\xd8\xac\xd8\xb1\xd8\xa8\xd8\xa9",
	    "\xd9\x86\xd9\x85\xd9\x88\xd8\xb0\xd8\xac"),
	    "not-specified", "@10-10-10", "9990000069",
	    HOME("6 Sample Row", "ZZ99 1AA"), 0, 0 },
	{ "TEST-0007", "twins: the first", NAME("Remy", "Twinexample"),
	    "male", "@06-02-14", "9990000077",
	    HOME("7 Sample Row", "ZZ99 4DD")
	    CARER("Tara Twinexample", "01632 960007"), 0, 0 },
	{ "TEST-0008", "twins: the second", NAME("Romy", "Twinexample"),
	    "male", "@06-02-14", "9990000085",
	    HOME("7 Sample Row", "ZZ99 4DD")
	    CARER("Tara Twinexample", "01632 960007"), 0, 0 },
	{ "TEST-0009", "a sensitive service", NAME("Senna", "Pretendham"),
	    "female", "@16-04-03", "9990000093",
	    HOME("9 Sample Row", "ZZ99 1AA")
	    ",\"involvements\":[{\"service\":\"mental-health\",\"provider\":"
	    "\"Mockham Test Service\",\"start\":\"@01-01-10\",\"sensitive\":"
	    "{\"basis\":\"consent\",\"evidence\":\"TEST-EVIDENCE\"}}]", 0, 0 },
	{ "TEST-0010", "left England", NAME("Awaya", "Goneford"),
	    "male", "@08-12-24", "9990000107",
	    ",\"left_england\":{\"date\":\"@01-07-01\",\"intention\":"
	    "\"return\"}", 0, 0 },
	{ "TEST-0011", "stays past 18 by consent",
	    NAME("Stayne", "Overageby"), "male", "@20-09-09", "9990000115",
	    HOME("11 Sample Row", "ZZ99 1AA"), 0, 1 },
	{ "TEST-0012", "a name longer than feeds allow",
	    NAME("Maximiliana-Testa", "Mockinghamshire-Sampleworthington-"
	    "Exampleby"), "female", "@13-05-29", "9990000123", "", 0, 0 },
};
const int cp_invented_count = sizeof(cp_invented) / sizeof(cp_invented[0]);
