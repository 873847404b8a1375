#include "cpadmin/rules.h"

#include <string.h>

enum cp_rc
cp_session_rules(struct cp_session *s, struct cp_policy **policy,
    struct cp_rules *rules, struct cp_err *err)
{
	struct cp_policy *p = NULL;
	enum cp_rc rc = cp_settings_policy(s->store, &s->settings, &p, err);

	if (rc != CP_OK)
		return rc;
	memset(rules, 0, sizeof(*rules));
	rules->policy = p;
	rules->policy_n = s->settings.policy_n;
	rules->today = s->now.today;
	memcpy(rules->salt, s->settings.salt, sizeof(rules->salt));
	*policy = p;
	return CP_OK;
}
