/*-------------------------------------------------------------------------
 *
 * customer_wire.h
 *		Binary form of summaries that hold customers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_WIRE_H
#define CHS_CUSTOMER_WIRE_H

#include "lib/stringinfo.h"

#include "customer/customer_state.h"

extern bytea *chs_customers_to_wire(const ChsCustomerFamily *family, Datum value);
extern ChsCustomers *chs_customers_from_wire(const ChsCustomerFamily *family, StringInfo buf);

#endif							/* CHS_CUSTOMER_WIRE_H */
