#include "config_option.h"

#include <string.h>

const struct config_option config_options[CONFIG_OPTION_COUNT] = {
#define SECTION(title) {TEXT, 0, NULL, title, NULL, NULL, 0, 0},
#define OPTION(kind, member, name, value, standard, help) \
    {kind, offsetof(struct config, member), name, value, standard, help, 0, 0},
#define COUNTED(member, name, value, least, most, standard, help) \
    {NUMBER, offsetof(struct config, member), name, value, standard, help, least, most},
#include "config.def"
};

const struct config_option *config_option_find(const char *name, size_t length)
{
    for (size_t i = 0; i < CONFIG_OPTION_COUNT; i++) {
        if (config_options[i].name != NULL && strlen(config_options[i].name) == length &&
            memcmp(config_options[i].name, name, length) == 0) {
            return &config_options[i];
        }
    }
    return NULL;
}

bool config_option_repeats(const struct config_option *option)
{
    return option->kind >= LISTENS;
}
