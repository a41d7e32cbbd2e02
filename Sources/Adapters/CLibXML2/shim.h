#include <libxml/xmlversion.h>

/* Debian's library is built with ICU, whose headers clash with those inside Foundation. They only shape xmlCharEncodingHandler, which is
   used by pointer alone and never looked into. */
#undef LIBXML_ICU_ENABLED

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
