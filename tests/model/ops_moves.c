#include "tests/model/ops.h"

/* A record is offered to another authority, which agrees or not. */

static enum cp_rc
foretell_offer(const struct world *w, const struct person *p, int to, day on)
{
	if (p->state != LIVE)
		return CP_REFUSED;
	if (on > w->today || on < first_day(p->born))
		return CP_BAD_INPUT;
	return p->authority == to || p->offer != 0 ? CP_REFUSED : CP_OK;
}

static void
offer(struct world *w, int n, int who)
{
	int to = (int)roll(w, AUTHORITIES);
	day on = some_day_before(w, w->today, 30);
	struct person *p = &w->person[n];
	enum cp_rc want;

	if (chance(w, 5))
		on = w->today + 1;
	want = foretell_offer(w, p, to, on);
	count_op(w, K_OFFER, want != CP_OK);
	tell(w, n, "offered to %s%s", authority_code(to), want != CP_OK ?
	    ", refused" : "");
	expect(w, n, drive_offer(w->drive, who, want != CP_OK || chance(w, 5),
	    p->id, authority_code(to), on), want);
	if (want != CP_OK)
		return;
	p->offer = ++w->offers;
	p->offered_to = to;
}

static void
settle(struct world *w, int n, int who, enum move_end end)
{
	static const enum kind kinds[] = { K_ACCEPT, K_DECLINE, K_TAKE_BACK };
	struct person *p = &w->person[n], was = *p;
	enum cp_rc want = p->state == LIVE && p->offer != 0 ? CP_OK :
	    CP_NOT_FOUND;

	count_op(w, kinds[end], want != CP_OK);
	tell(w, n, "the offer is settled as %d%s", end, want != CP_OK ?
	    ", refused" : "");
	expect(w, n, drive_settle(w->drive, who, want != CP_OK || chance(w, 5),
	    p->id, end), want);
	if (want != CP_OK)
		return;
	p->offer = 0;
	if (end != ACCEPTED)
		return;
	p->authority = p->offered_to;
	derive(&w->rules, p);
	(void)keep(w, n, &was);
}

void
op_move(struct world *w)
{
	int n = somebody(w, LIVE), who = on_duty(w);

	for (int i = 0; i < 30 && n >= 0 && w->person[n].offer == 0 &&
	    w->ops % 2 == 0; i++)
		n = somebody(w, LIVE);
	if (n < 0)
		return;
	if (w->person[n].offer == 0 && chance(w, 90))
		offer(w, n, who);
	else if (chance(w, 15))
		offer(w, n, who);
	else
		settle(w, n, who, (enum move_end)roll(w, 3));
	look_person(w, n);
}
