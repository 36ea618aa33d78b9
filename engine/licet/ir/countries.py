"""The country codes of ISO 3166-1 alpha-2, and the ones that people write instead."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from unicodedata import combining, normalize

from licet.ir.places import PLACES
from licet.names import look

CODES = frozenset(
    (
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY "
        "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
        "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
        "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
        "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
        "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
        "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
    ).split()
)


# Codes of three letters, each with the one of two (ISO 3166-1 alpha-3 and alpha-2).
_OF_THREE = (
    "ABWAW AFGAF AGOAO AIAAI ALAAX ALBAL ANDAD AREAE ARGAR ARMAM ASMAS ATAAQ ATFTF ATGAG AUSAU AUTAT AZEAZ BDIBI "
    "BELBE BENBJ BESBQ BFABF BGDBD BGRBG BHRBH BHSBS BIHBA BLMBL BLRBY BLZBZ BMUBM BOLBO BRABR BRBBB BRNBN BTNBT "
    "BVTBV BWABW CAFCF CANCA CCKCC CHECH CHLCL CHNCN CIVCI CMRCM CODCD COGCG COKCK COLCO COMKM CPVCV CRICR CUBCU "
    "CUWCW CXRCX CYMKY CYPCY CZECZ DEUDE DJIDJ DMADM DNKDK DOMDO DZADZ ECUEC EGYEG ERIER ESHEH ESPES ESTEE ETHET "
    "FINFI FJIFJ FLKFK FRAFR FROFO FSMFM GABGA GBRGB GEOGE GGYGG GHAGH GIBGI GINGN GLPGP GMBGM GNBGW GNQGQ GRCGR "
    "GRDGD GRLGL GTMGT GUFGF GUMGU GUYGY HKGHK HMDHM HNDHN HRVHR HTIHT HUNHU IDNID IMNIM INDIN IOTIO IRLIE IRNIR "
    "IRQIQ ISLIS ISRIL ITAIT JAMJM JEYJE JORJO JPNJP KAZKZ KENKE KGZKG KHMKH KIRKI KNAKN KORKR KWTKW LAOLA LBNLB "
    "LBRLR LBYLY LCALC LIELI LKALK LSOLS LTULT LUXLU LVALV MACMO MAFMF MARMA MCOMC MDAMD MDGMG MDVMV MEXMX MHLMH "
    "MKDMK MLIML MLTMT MMRMM MNEME MNGMN MNPMP MOZMZ MRTMR MSRMS MTQMQ MUSMU MWIMW MYSMY MYTYT NAMNA NCLNC NERNE "
    "NFKNF NGANG NICNI NIUNU NLDNL NORNO NPLNP NRUNR NZLNZ OMNOM PAKPK PANPA PCNPN PERPE PHLPH PLWPW PNGPG POLPL "
    "PRIPR PRKKP PRTPT PRYPY PSEPS PYFPF QATQA REURE ROURO RUSRU RWARW SAUSA SDNSD SENSN SGPSG SGSGS SHNSH SJMSJ "
    "SLBSB SLESL SLVSV SMRSM SOMSO SPMPM SRBRS SSDSS STPST SURSR SVKSK SVNSI SWESE SWZSZ SXMSX SYCSC SYRSY TCATC "
    "TCDTD TGOTG THATH TJKTJ TKLTK TKMTM TLSTL TONTO TTOTT TUNTN TURTR TUVTV TWNTW TZATZ UGAUG UKRUA UMIUM URYUY "
    "USAUS UZBUZ VATVA VCTVC VENVE VGBVG VIRVI VNMVN VUTVU WLFWF WSMWS YEMYE ZAFZA ZMBZM ZWEZW "
).split()


def _bare(name: str) -> str:
    """Its letters and digits, without accents."""
    plain = (c for c in normalize("NFKD", name) if not combining(c))
    return "".join(c for c in plain if c.isalnum()).upper()


# Beside the names in `places`; `NO` that another program took for a truth is written FALSE.
_INSTEAD = {
    "UK": "GB",
    "EL": "GR",
    "USA": "US",
    "UNITEDSTATESOFAMERICA": "US",
    "PRC": "CN",
    "PEOPLESREPUBLICOFCHINA": "CN",
    "ROC": "TW",
    "UAE": "AE",
    "ROK": "KR",
    "REPUBLICOFKOREA": "KR",
    "DPRK": "KP",
    "KSA": "SA",
    "MACAO": "MO",
    "TURKEY": "TR",
    "BURMA": "MM",
    "RUSSIANFEDERATION": "RU",
    "CZECHREPUBLIC": "CZ",
    "FALSE": "NO",
}


# What countries call themselves, where that is another word than the English one.
_OWN_NAMES = (
    "AT Österreich, BE België, BE Belgique, BR Brasil, CH Schweiz, CH Suisse, CH Svizzera, CN 中国, CZ "
    "Česko, DE Deutschland, DK Danmark, EE Eesti, EG مصر, ES España, FI Suomi, GR Ελλάδα, HR "
    "Hrvatska, HU Magyarország, IE Éire, IN भारत, IR ایران, IS Ísland, IT Italia, JP 日本, KR 대한민국, KR "
    "한국, KZ Қазақстан, LT Lietuva, LV Latvija, MX México, NL Nederland, NO Norge, PL Polska, RO "
    "România, RU Россия, SE Sverige, SI Slovenija, SK Slovensko, TH ประเทศไทย, TR Türkiye, TW 台灣, TW "
    "臺灣, UA Україна, VN Việt Nam"
).split(", ")


@cache
def _meant() -> Mapping[str, str]:
    of_three = {both[:3]: both[3:] for both in _OF_THREE}
    own = {_bare(both[3:]): both[:2] for both in _OWN_NAMES}
    return of_three | own | _INSTEAD | {_bare(place.name): code for code, place in PLACES.items()}


def instead_of(text: str) -> str | None:
    """The code that somebody who wrote `text` probably means."""
    bare = _bare(look(text))
    return bare if bare in CODES else _meant().get(bare)
