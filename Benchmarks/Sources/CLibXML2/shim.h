#include <libxml/xmlversion.h>

/* Debian's library is built with ICU, whose headers clash with those inside Foundation; nothing here looks into them. */
#undef LIBXML_ICU_ENABLED

#include <libxml/xmlreader.h>
