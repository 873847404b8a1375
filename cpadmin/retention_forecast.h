#ifndef CP_CPADMIN_RETENTION_FORECAST_H
#define CP_CPADMIN_RETENTION_FORECAST_H

#include "cpadmin/cmd.h"

/* `retention forecast'. */
extern const struct cp_opt cp_forecast_options[];
enum cp_rc cp_retention_forecast(struct cp_call *call, struct cp_err *err);

#endif
