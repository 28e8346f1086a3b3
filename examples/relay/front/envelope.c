#include "envelope.h"

#include "../names/idna.h"

#include <stdio.h>
#include <string.h>

static bool get(const struct sansmtp_event *event, uint32_t id, struct sansmtp_parameter *parameter)
{
    *parameter = (struct sansmtp_parameter){.size = sizeof *parameter};
    return sansmtp_parameter_get(event, id, parameter) == 1;
}

static uint64_t number(const struct sansmtp_event *event, uint32_t id)
{
    struct sansmtp_parameter parameter;

    return get(event, id, &parameter) ? parameter.number : 0;
}

/* Without brackets and source route (RFC 5321 3.6.1: "should be stripped off"). */
static struct sansmtp_span mailbox(const struct sansmtp_event *event)
{
    struct sansmtp_span mailbox = event->local;

    if (event->domain.length > 0) {
        mailbox.length = (size_t)(event->domain.data + event->domain.length - event->local.data);
    }
    return mailbox.data == NULL ? (struct sansmtp_span){event->path.data, 0} : mailbox;
}

static void read_times(struct queue_envelope *envelope, const struct sansmtp_event *mail)
{
    struct sansmtp_parameter by;
    uint64_t seconds = number(mail, SANSMTP_PARAMETER_HOLDFOR);

    envelope->hold_until = seconds > 0 ? envelope->arrived + seconds
                                       : number(mail, SANSMTP_PARAMETER_HOLDUNTIL);
    if (get(mail, SANSMTP_PARAMETER_BY, &by)) {
        bool past = (by.flags & SANSMTP_VALUE_NEGATIVE) != 0;

        envelope->by = (uint32_t)by.second;
        envelope->deliver_by = past ? envelope->arrived - by.number : envelope->arrived + by.number;
    }
}

/* RFC 6710 4.1: no "upgraded (positive) priorities from untrusted sources"; the engine says so. */
static int32_t priority_of(const struct sansmtp_event *mail)
{
    struct sansmtp_parameter parameter;

    if (!get(mail, SANSMTP_PARAMETER_MT_PRIORITY, &parameter)) {
        return 0;
    }
    if ((parameter.flags & SANSMTP_VALUE_NEGATIVE) != 0) {
        return -(int32_t)parameter.number;
    }
    return (mail->flags & SANSMTP_FLAG_AUTHENTICATED) != 0 ? (int32_t)parameter.number : 0;
}

void envelope_read(struct queue_envelope *envelope, const struct sansmtp_event *mail, uint64_t now)
{
    struct sansmtp_parameter parameter;

    *envelope = (struct queue_envelope){.arrived = now, .sender = mailbox(mail)};
    envelope->body = (uint32_t)number(mail, SANSMTP_PARAMETER_BODY);
    envelope->ret = (uint32_t)number(mail, SANSMTP_PARAMETER_RET);
    if ((mail->parameters >> SANSMTP_PARAMETER_SMTPUTF8 & 1) != 0) {
        envelope->flags |= QUEUE_UTF8;
    }
    if ((mail->parameters >> SANSMTP_PARAMETER_REQUIRETLS & 1) != 0) {
        envelope->flags |= QUEUE_REQUIRETLS;
    }
    if (get(mail, SANSMTP_PARAMETER_ENVID, &parameter)) {
        envelope->envid = parameter.raw;
    }
    envelope->priority = priority_of(mail);
    read_times(envelope, mail);
}

void envelope_read_recipient(struct queue_recipient *recipient, const struct sansmtp_event *event,
                             uint8_t domain[ENVELOPE_PATH_MAX])
{
    struct sansmtp_parameter parameter;

    *recipient = (struct queue_recipient){.address = mailbox(event)};
    recipient->destination = (struct sansmtp_span){domain, idna_ascii(event->domain, domain)};
    recipient->notify = (uint32_t)number(event, SANSMTP_PARAMETER_NOTIFY);
    if (get(event, SANSMTP_PARAMETER_ORCPT, &parameter)) {
        recipient->orcpt = parameter.raw;
    }
}

/* RFC 6710 4.1, 7: behind all other clauses, in front of the date; what has no priority says none. */
size_t envelope_add_clause(const struct queue_envelope *envelope, char *field, size_t length)
{
    char clause[ENVELOPE_CLAUSE_MAX];
    size_t at = length, added;

    while (at > 0 && field[at - 1] != ';') {
        at--;
    }
    if (envelope->priority == 0 || at == 0) {
        return length;
    }
    added = (size_t)snprintf(clause, sizeof clause, "\r\n PRIORITY %d", (int)envelope->priority);
    memmove(field + at - 1 + added, field + at - 1, length - at + 1);
    memcpy(field + at - 1, clause, added);
    return length + added;
}

static uint32_t retry_flags(const struct queue_envelope *envelope)
{
    uint32_t flags = envelope->sender.length == 0 ? SANSMTP_RETRY_NULL_SENDER : 0;

    if ((envelope->by & SANSMTP_BY_RETURN) != 0) {
        flags |= SANSMTP_RETRY_BY_RETURN;
    } else if ((envelope->by & SANSMTP_BY_NOTIFY) != 0) {
        flags |= SANSMTP_RETRY_BY_NOTIFY;
    }
    return flags;
}

void envelope_schedule(const struct queue_envelope *envelope,
                       const struct sansmtp_retry_options *options,
                       struct queue_recipient *recipient)
{
    struct sansmtp_retry_plan plan = {.size = sizeof plan};

    recipient->retry = (struct sansmtp_retry){.size = sizeof recipient->retry,
                                              .flags = retry_flags(envelope),
                                              .notify = recipient->notify,
                                              .arrived = envelope->arrived,
                                              .hold_until = envelope->hold_until,
                                              .deliver_by = envelope->deliver_by};
    recipient->due = envelope->arrived;
    if (sansmtp_retry_due(options, &recipient->retry, envelope->arrived, &plan) == 0 &&
        plan.due == 0) {
        recipient->due = plan.when;
    }
}
