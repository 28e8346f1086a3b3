/* The version is written once, in the project() line of meson.build. */

__attribute__((visibility("default"))) const char *sansmtp_version(void);

const char *sansmtp_version(void)
{
    return SANSMTP_VERSION_TEXT;
}
