/*
 * notified SOCKET FILE: what a service says to its manager, sd_notify(3).
 * Binds the datagram socket SOCKET and writes each message to FILE as it
 * comes: milliseconds since the start, a blank, and the message, its lines
 * joined by blanks.  Ends with SIGTERM.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static long
ms(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		return 0;
	return (long)(t.tv_sec * 1000 + t.tv_nsec / 1000000);
}

int
main(int argc, char **argv)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char message[4096];
	long begun = ms();
	ssize_t n;
	FILE *f;
	int s;

	if (argc != 3 || strlen(argv[1]) >= sizeof(at.sun_path))
		return 2;
	(void)strcpy(at.sun_path, argv[1]);
	f = fopen(argv[2], "w");
	s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (f == NULL || s < 0 ||
	    bind(s, (struct sockaddr *)&at, sizeof(at)) != 0) {
		perror("notified");
		return 1;
	}
	while ((n = recv(s, message, sizeof(message) - 1, 0)) >= 0) {
		message[n] = '\0';
		for (ssize_t i = 0; i < n; i++)
			if (message[i] == '\n')
				message[i] = ' ';
		if (fprintf(f, "%ld %s\n", ms() - begun, message) < 0 ||
		    fflush(f) != 0)
			return 1;
	}
	return 0;
}
