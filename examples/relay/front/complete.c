#include "complete.h"

#include <inttypes.h>
#include <sansmtp/trace.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum place { DATE, MESSAGE_ID, SIGNATURES };

/* A signature may say of a field that there is none (RFC 6376 5.4, 8.15). */
static const char *const names[COMPLETE_FIELDS] = {
    [DATE] = "Date",
    [MESSAGE_ID] = "Message-ID",
    [SIGNATURES] = "DKIM-Signature",
    [SIGNATURES + 1] = "ARC-Message-Signature",
    [SIGNATURES + 2] = "DomainKey-Signature",
    [SIGNATURES + 3] = "X-Google-DKIM-Signature",
};

void complete_begin(struct sansmtp_header_field fields[COMPLETE_FIELDS])
{
    for (size_t i = 0; i < COMPLETE_FIELDS; i++) {
        fields[i] = (struct sansmtp_header_field){
            .name = {(const uint8_t *)names[i], strlen(names[i])}};
    }
}

static bool is_signed(const struct sansmtp_header_field fields[COMPLETE_FIELDS])
{
    for (size_t i = SIGNATURES; i < COMPLETE_FIELDS; i++) {
        if (fields[i].count > 0) {
            return true;
        }
    }
    return false;
}

static size_t write_date(uint64_t now, char out[COMPLETE_MAX])
{
    time_t time = (time_t)now;
    struct tm local;
    char date[32];
    size_t length = 0;
    int32_t zone = localtime_r(&time, &local) == NULL ? 0 : (int32_t)(local.tm_gmtoff / 60);

    if (sansmtp_date_write((int64_t)now, zone, 0, date, &length) != 0) {
        return 0;
    }
    return (size_t)snprintf(out, COMPLETE_MAX, "Date: %.*s\r\n", (int)length, date);
}

size_t complete_write(const struct sansmtp_header_field fields[COMPLETE_FIELDS],
                      const struct complete *with, char out[COMPLETE_MAX])
{
    size_t length = 0;

    if (is_signed(fields)) {
        return 0;
    }
    if (fields[DATE].count == 0) {
        length += write_date(with->now, out);
    }
    if (fields[MESSAGE_ID].count == 0) {
        length += (size_t)snprintf(out + length, COMPLETE_MAX - length,
                                   "Message-ID: <%013" PRIX64 ".%016" PRIX64 "@%.255s>\r\n",
                                   with->id, with->random, with->hostname);
    }
    return length;
}
