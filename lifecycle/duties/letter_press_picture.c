#include <string.h>

#include "lifecycle/duties/letter_press_impl.h"

/*
 * Pictograms of one line weight on a square of 24 units.  A drawing is a path
 * in short: M x y and L x y (to and line), C (curve: six numbers), Z (close),
 * O x y r (a circle), B x y w h (a box), D x y (a dot).
 */
#define GRID 24.0
#define LINE 1.5

const char *const cp_press_pictures[] = {
	"letter", "house", "school", "person", "family", "lock", "clock",
	"phone", "bin", "eye", "pen", "shield", "speech", "calendar", "tick",
	"cross", "folder", "computer", NULL
};

static const char *const drawings[] = {
	/* letter */
	"B 2.5 5 19 14 M 3 6 L 12 13 L 21 6",
	/* house */
	"M 2.5 12 L 12 3.5 L 21.5 12 M 5 10 L 5 20.5 L 19 20.5 L 19 10 "
	"M 9.8 20.5 L 9.8 14 L 14.2 14 L 14.2 20.5",
	/* school */
	"B 2.5 12 19 8.5 M 6.5 12 L 12 7.5 L 17.5 12 "
	"M 12 7.5 L 12 2.5 L 16.5 4.2 L 12 5.8 "
	"M 10.3 20.5 L 10.3 15.5 L 13.7 15.5 L 13.7 20.5 "
	"B 5 14.8 2.3 2.6 B 16.7 14.8 2.3 2.6",
	/* person */
	"O 12 7 4 M 4.5 21 C 4.5 16 7.5 13.7 12 13.7 "
	"C 16.5 13.7 19.5 16 19.5 21 Z",
	/* family */
	"O 6.8 5.8 2.8 O 17.2 5.8 2.8 O 12 12.6 2.2 "
	"M 6.6 20.5 L 2 20.5 L 2 15 C 2 12.3 3.8 10.7 6.8 10.7 "
	"C 7.6 10.7 8.3 10.8 8.9 11.1 "
	"M 17.4 20.5 L 22 20.5 L 22 15 C 22 12.3 20.2 10.7 17.2 10.7 "
	"C 16.4 10.7 15.7 10.8 15.1 11.1 "
	"M 8.4 21 C 8.4 18 9.6 16.7 12 16.7 C 14.4 16.7 15.6 18 15.6 21 Z",
	/* lock */
	"B 4.5 10.5 15 10.5 M 7.8 10.5 L 7.8 7.4 C 7.8 1.8 16.2 1.8 16.2 7.4 "
	"L 16.2 10.5 D 12 14.8 M 12 14.8 L 12 17.6",
	/* clock */
	"O 12 12 9.3 M 12 6.5 L 12 12 L 15.8 14.4",
	/* phone */
	"M 7.4 2.8 L 9.8 7.6 L 7.6 9.8 C 8.8 12.6 11.4 15.2 14.2 16.4 "
	"L 16.4 14.2 L 21.2 16.6 C 21.2 19.4 19.6 21.2 17.2 21.2 "
	"C 9.6 20.4 3.6 14.4 2.8 6.8 C 2.8 4.4 4.6 2.8 7.4 2.8 Z",
	/* bin */
	"M 4 6.5 L 20 6.5 M 9 6.5 L 9 3.5 L 15 3.5 L 15 6.5 "
	"M 5.8 6.5 L 6.8 21 L 17.2 21 L 18.2 6.5 "
	"M 10 10 L 10.3 17.5 M 14 10 L 13.7 17.5",
	/* eye */
	"M 1.8 12 C 4.6 7.2 8 5 12 5 C 16 5 19.4 7.2 22.2 12 "
	"C 19.4 16.8 16 19 12 19 C 8 19 4.6 16.8 1.8 12 Z O 12 12 3.4 "
	"D 12 12",
	/* pen */
	"M 3.5 20.5 L 4.8 15.4 L 16.4 3.8 L 20.2 7.6 L 8.6 19.2 Z "
	"M 13.6 6.6 L 17.4 10.4 M 13 20.5 L 20.5 20.5",
	/* shield */
	"M 12 2.5 C 14.4 4.6 17.2 5.5 20.3 5.7 C 20.3 13.5 17.8 18.6 12 21.7 "
	"C 6.2 18.6 3.7 13.5 3.7 5.7 C 6.8 5.5 9.6 4.6 12 2.5 Z "
	"M 8.3 11.8 L 11 14.5 L 15.8 9",
	/* speech */
	"M 3 4 L 21 4 L 21 16 L 12 16 L 7.5 20.8 L 7.5 16 L 3 16 Z "
	"M 6.8 8.2 L 17.2 8.2 M 6.8 11.8 L 13.6 11.8",
	/* calendar */
	"B 3 5 18 16 M 3 10 L 21 10 M 8 2.8 L 8 7 M 16 2.8 L 16 7 "
	"D 7.5 13.6 D 12 13.6 D 16.5 13.6 D 7.5 17.4 D 12 17.4",
	/* tick */
	"O 12 12 9.3 M 7.4 12.4 L 10.7 15.7 L 16.8 8.8",
	/* cross */
	"O 12 12 9.3 M 8.3 8.3 L 15.7 15.7 M 15.7 8.3 L 8.3 15.7",
	/* folder */
	"M 2.5 19.5 L 2.5 4.8 L 9 4.8 L 11.4 7.6 L 21.5 7.6 L 21.5 19.5 Z "
	"M 2.5 11 L 21.5 11",
	/* computer */
	"B 2.5 4 19 12.5 M 12 16.5 L 12 20.5 M 7.5 20.5 L 16.5 20.5"
};

int
press_picture_find(const char *name)
{
	for (int i = 0; cp_press_pictures[i] != NULL; i++)
		if (strcmp(cp_press_pictures[i], name) == 0)
			return i;
	return -1;
}

/* Where and how large a drawing is. */
struct easel {
	struct press_ink *ink;
	double x, y, scale;
};

static void
path(const struct easel *e, char op, const double *v, int n)
{
	double at[6] = { 0 };

	for (int i = 0; i < n; i += 2) {
		at[i] = e->x + v[i] * e->scale;
		at[i + 1] = e->y + v[i + 1] * e->scale;
	}
	press_path(e->ink, op, at);
}

/* Four curves, each a quarter. */
static void
circle(const struct easel *e, double x, double y, double r)
{
	const double k = 0.5523 * r;
	const double v[] = { x + r, y, x + r, y + k, x + k, y + r, x, y + r,
		x - k, y + r, x - r, y + k, x - r, y, x - r, y - k, x - k,
		y - r, x, y - r, x + k, y - r, x + r, y - k, x + r, y };

	path(e, 'M', v, 2);
	for (int i = 2; i < 26; i += 6)
		path(e, 'C', v + i, 6);
	path(e, 'Z', v, 0);
}

static void
draw(const struct easel *e, char op, const double *v)
{
	const double box[] = { v[0], v[1], v[0] + v[2], v[1], v[0] + v[2],
		v[1] + v[3], v[0], v[1] + v[3] };
	const double dot[] = { v[0] - 0.4, v[1], v[0] + 0.4, v[1] };

	switch (op) {
	case 'O':
		circle(e, v[0], v[1], v[2]);
		break;
	case 'B':
		path(e, 'M', box, 2);
		for (int i = 2; i < 8; i += 2)
			path(e, 'L', box + i, 2);
		path(e, 'Z', box, 0);
		break;
	case 'D': /* short, with round ends */
		path(e, 'M', dot, 2);
		path(e, 'L', dot + 2, 2);
		break;
	default:
		path(e, op, v, op == 'C' ? 6 : op == 'Z' ? 0 : 2);
	}
}

void
press_picture_draw(struct press_ink *ink, int picture, double x, double y,
    double side)
{
	const struct easel e = { ink, x, y, side / GRID };
	const char *d = drawings[picture];

	while (*d != '\0') {
		double v[6] = { 0 };
		char op = *d++, *end;

		for (int n = 0; n < 6; n++, d = end) {
			v[n] = g_ascii_strtod(d, &end);
			if (end == d)
				break;
		}
		draw(&e, op, v);
		while (*d == ' ')
			d++;
	}
	press_stroke(ink, LINE * e.scale, 0.08);
}
