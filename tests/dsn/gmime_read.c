/*
 * Says what GMime makes of a report on standard input, a line a thing:
 *
 *   type multipart/report delivery-status     the whole, and its report-type
 *   part message/delivery-status 1F3A...      each part, its decoded octets in hexadecimal
 */

#include <gmime/gmime.h>
#include <stdio.h>
#include <unistd.h>

static void show_octets(GMimeStream *memory)
{
    GByteArray *octets = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory));

    for (guint i = 0; i < octets->len; i++) {
        printf("%02X", (unsigned)octets->data[i]);
    }
    putchar('\n');
}

static char *type_of(GMimeObject *part)
{
    return g_mime_content_type_get_mime_type(g_mime_object_get_content_type(part));
}

/* GMime reads the message in message/rfc822 and message/global as a message. */
static void show_part(GMimeObject *part)
{
    GMimeStream *memory = g_mime_stream_mem_new();
    char *type = type_of(part);

    printf("part %s ", type);
    if (GMIME_IS_MESSAGE_PART(part)) {
        GMimeMessage *message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));

        g_mime_object_write_to_stream(GMIME_OBJECT(message), NULL, memory);
    } else {
        g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(GMIME_PART(part)), memory);
    }
    show_octets(memory);
    g_object_unref(memory);
    g_free(type);
}

static GMimeStream *read_input(void)
{
    GByteArray *octets = g_byte_array_new();
    guint8 piece[65536];
    ssize_t got;

    while ((got = read(0, piece, sizeof(piece))) > 0) {
        g_byte_array_append(octets, piece, (guint)got);
    }
    return g_mime_stream_mem_new_with_byte_array(octets);
}

int main(void)
{
    GMimeStream *input;
    GMimeParser *parser;
    GMimeMessage *message;
    GMimeObject *whole;
    char *type;

    g_mime_init();
    input = read_input();
    parser = g_mime_parser_new_with_stream(input);
    message = g_mime_parser_construct_message(parser, NULL);
    if (!message || !GMIME_IS_MULTIPART(g_mime_message_get_mime_part(message))) {
        puts("no multipart");
        return 1;
    }
    whole = g_mime_message_get_mime_part(message);
    type = type_of(whole);
    printf("type %s %s\n", type, g_mime_object_get_content_type_parameter(whole, "report-type"));
    g_free(type);
    for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(whole)); i++) {
        show_part(g_mime_multipart_get_part(GMIME_MULTIPART(whole), i));
    }
    g_object_unref(message);
    g_object_unref(parser);
    g_object_unref(input);
    return 0;
}
