/* The version is written once, in the project() line of meson.build. */

#include <sansmtp/types.h>

const char *sansmtp_version(void)
{
    return SANSMTP_VERSION_TEXT;
}
