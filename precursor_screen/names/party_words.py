"""Word tables for parties' names: legal forms, business words and their abbreviations, places, manifest noise.

All keys are ASCII, lower case, without dots. A legal form is written as the sequence of tokens that is left after
dotted or spaced initials are joined (`S.A. de C.V.` is `sa de cv`). Forms with the same legal meaning share one
canonical token over all languages, so that `OOO Alfa` and `Alfa LLC` compare alike. Source of the pairs: the ISO 20275
list of entity legal forms and customary bill-of-lading spelling.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LEGAL_FORMS: dict[str, tuple[str, ...]] = {
    "llc": (
        *(
            "llc",
            "limited liability company",
            "limited liability co",
            "limited liability",
            "ltd liability co",
            "ltd liability company",
            "wll",
            "with limited liability",
        ),
        *("ooo", "obshchestvo s ogranichennoi otvetstvennostyu", "obshchestvo s ogranichennoy otvetstvennostyu"),
        *("tov", "too", "tovarystvo z obmezhenoyu vidpovidalnistyu", "gmbh", "mbh", "gesellschaft mit beschrankter haftung"),
        *(
            "srl",
            "societatea cu raspundere limitata",
            "s de rl",
            "s de rl de cv",
            "s rl",
            "sociedad de responsabilidad limitada",
            "sociedad limitada",
        ),
        *("sociedad de responsabilidad limitada de capital variable", "societa a responsabilita limitata", "eirl"),
        *("sarl", "suarl", "societe a responsabilite limitee", "eurl", "sro", "s ro", "spol s ro", "spol sro"),
        *("doo", "d oo", "dooel", "ood", "eood", "kft", "korlatolt felelossegu tarsasag", "ou", "osauhing", "sia"),
        *("sabiedriba ar ierobezotu atbildibu", "uab", "uzdaroji akcine bendrove", "mchj", "mmc", "bvba", "bv"),
        *("sp zoo", "sp z oo", "spolka z ograniczona odpowiedzialnoscia", "spolka z oo", "besloten vennootschap"),
        *("ltda", "limitada", "eireli", "lda", "epe", "aps", "anpartsselskab", "yk", "youxian gongsi", "tnhh"),
    ),
    "ltd": (
        *("ltd", "limited", "lmtd", "ltd sti", "limited sirketi", "ltd sirketi", "pvt ltd", "pvt limited", "private limited"),
        *("private ltd", "pte ltd", "pte limited", "pty ltd", "pty limited", "proprietary limited", "p ltd", "p limited"),
        *("pvt", "pte", "pty", "sdn bhd", "sendirian berhad", "plc", "public limited company", "public limited", "bhd"),
        *("berhad", "public company limited", "pcl"),
    ),
    "jsc": (
        *("jsc", "joint stock company", "joint stock co", "joint stock", "ojsc", "cjsc", "pjsc", "open joint stock company"),
        *("closed joint stock company", "public joint stock company", "private joint stock company", "pssc", "psc"),
        *("ao", "oao", "zao", "pao", "aktsionernoe obshchestvo", "otkrytoe aktsionernoe obshchestvo", "prat", "pat"),
        *("zakrytoe aktsionernoe obshchestvo", "publichnoe aktsionernoe obshchestvo", "aktsionernoye obshchestvo"),
        *("otkrytoye aktsionernoye obshchestvo", "zakrytoye aktsionernoye obshchestvo", "publichnoye aktsionernoye obshchestvo"),
        *("sa", "sau", "sociedad anonima", "societe anonyme", "sociedade anonima", "sa de cv", "sab de cv", "sapi de cv"),
        *("sociedad anonima de capital variable", "sas", "sas de cv", "sociedad por acciones simplificada", "sca"),
        *("societe par actions simplifiee", "spa", "societa per azioni", "ag", "aktiengesellschaft", "ab", "aktiebolag"),
        *("as", "asa", "aksjeselskap", "aktieselskab", "anonim sirketi", "anonim sirket", "oy", "oyj", "osakeyhtio", "nv"),
        *("naamloze vennootschap", "ad", "dd", "akcionarsko drustvo", "zrt", "nyrt", "sae", "saog", "saoc", "sal", "kk"),
        *("kabushiki kaisha", "kabushiki gaisha", "pt", "tbk", "se", "akcine bendrove", "aktsiaselts", "sp", "asc"),
    ),
    "corp": ("corp", "corporation", "corporacion", "corporatsiya", "korporatsiya", "corporate"),
    "inc": ("inc", "incorporated", "incorporation", "incorp"),
    "co": ("co", "company", "companies", "cia", "compania", "compagnie", "companhia", "kompaniya", "kompaniia", "coy", "cie"),
    "lp": (
        *("lp", "llp", "lllp", "limited partnership", "limited liability partnership", "kg", "kommanditgesellschaft", "ohg"),
        *(
            "gmbh and co kg",
            "gmbh and co",
            "and co kg",
            "snc",
            "scs",
            "kd",
            "cv",
            "commanditaire vennootschap",
            "societe en nom collectif",
        ),
    ),
    "fze": ("fze", "fzco", "fzc", "fzllc", "fz llc", "free zone establishment", "free zone company", "dmcc", "free zone co"),
    "est": ("est", "establishment", "etablissement", "etablissements", "ets", "stabilimento"),
    "fsue": ("fsue", "fgup", "gup", "federal state unitary enterprise", "state unitary enterprise", "unitary enterprise"),
    "coop": ("coop", "cooperative", "cooperativa", "kooperativ", "cooperative society"),
}

# These are also words or names (`Iyad ag Ghali`, `Kim Se Gwan`), so they count as legal forms only as the last word of a name
# (other legal forms may follow), or as the first where that is where the form is customarily written.
LAST_ONLY = _words("as ab ag sa sas spa se ad dd nv oy kk sal sp cv kd kg lp ou too pat est ets bv sia sca cie asc psc mmc")
FIRST_OR_LAST = _words("ao pt co cia ab sia oy cv")

# Spellings and abbreviations of business words, each to one canonical form. All canonical forms are generic.
BUSINESS_WORDS: dict[str, str] = {
    "trading": "trdg tdg trd trade trader traders tradings torgovyi torgovy",
    "industry": "ind inds indus indust industries industrial industria industrias industrie industriel sanayi",
    "international": "intl int intern intnl internacional internationale internazionale mezhdunarodnyi uluslararasi",
    "chemical": "chem chems chemicals chemie chimie chimica quimica quimico quimicos quimicas kimya khimiya kimia",
    "pharma": "pharm pharmaceutical pharmaceuticals pharmaceutic farma farmaceutica farmaceutico ilac farmatsiya",
    "import": "imp imports importer importers importing importacion importaciones importadora ithalat",
    "export": "exp exports exporter exporters exporting exportacion exportaciones exportadora ihracat",
    "manufacturing": "mfg mfr mfrs mfrg manufacturer manufacturers manufacture",
    "marketing": "mktg mkt mrktg",
    "service": "svc svcs srvc srvcs srvces services servicio servicios servis",
    "technology": "tech technologies tecnologia tecnologias teknoloji technol technologie tekhnologii",
    "development": "dev devt developments desarrollo",
    "distribution": "dist distr distributor distributors distribuidora distribuidor distributing",
    "enterprise": "ent ents enterprises entrp entreprise entreprises empresa empresas predpriyatie",
    "engineering": "eng engg engrg engineers ingenieria",
    "laboratory": "lab labs laboratories laboratorio laboratorios laboratoire laboratoires",
    "group": "grp groups grupo gruppe groupe gruppa gruppo",
    "holding": "hldg hldgs holdings kholding holdco",
    "general": "genl gen generale",
    "national": "natl nacional nationale natsionalnyi",
    "association": "assoc assn asociacion",
    "brothers": "bros hermanos",
    "management": "mgmt mngt",
    "investment": "invest invt investments inversiones",
    "logistics": "logis logistic logistica logistik lojistik",
    "shipping": "shpg shippers shipper navigation naviera denizcilik",
    "forwarding": "fwdg forwarders forwarder fwd",
    "freight": "frt cargo",
    "transport": "transp transportation transportes transports transporte nakliyat tpt",
    "product": "prod prods products productos produits produkte",
    "equipment": "equip eqpt equipments equipos",
    "construction": "constr const constructions construcciones insaat stroi stroy",
    "commercial": "comm coml comercial commerciale commerce comercio ticaret comercializadora commercializing",
    "agriculture": "agri agric agricultural agricola agro",
    "university": "univ universidad universite",
    "research": "rsch",
    "solution": "solutions soluciones",
    "system": "sys systems sistemas",
    "material": "matl materials materiales",
    "supply": "supplies supplier suppliers suministros",
    "center": "centre centro ctr zentrum merkezi tsentr",
    "factory": "fty factories fabrika zavod fabrica plant",
    "electronic": "electronics elec electronica elektronik",
    "bank": "banco banque banka banca bankasi bnk banking",
    "first": "1st",
    "second": "2nd",
    "third": "3rd",
    "marine": "maritime",
    "motor": "motors",
    "food": "foods",
    "partner": "partners",
    "textile": "textiles",
    "metal": "metals",
    "plastic": "plastics",
    "machinery": "machine machineries",
    "communication": "communications telecommunications telecom",
    "government": "govt",
    "department": "dept",
    "institute": "instituto institut",
    "petroleum": "petrol oil petroleo neft",
    "organization": "org organisation organizacion",
}
SECOND_READINGS: dict[str, tuple[str, ...]] = {
    "comm": ("communication",),
    "ind": ("india",),
    "comp": ("computer",),
    "int": ("interior",),
    "dev": ("device",),
    "mar": ("marine",),
}
COMPOUNDS: dict[str, tuple[str, ...]] = {
    "impex": ("import", "export"),
    "impexp": ("import", "export"),
    "eximp": ("export", "import"),
    "exim": ("export", "import"),
    "comp": ("co",),
    "agrochemicals": ("agriculture", "chemical"),
    "agrochemical": ("agriculture", "chemical"),
    "petrochemicals": ("petrochemical",),
}

GENERIC = _words("""
    and the of for de del la las los el al und et des du da do van von bin bint a an to in on with by
    mr mrs ms miss dr sr sra messrs mv mt
    sheikh shaikh sheik shaykh mullah mulla maulvi maulavi mawlawi qari haji prof professor ing eng lic capt captain col colonel gen
    president na ii iii iv vi vii viii ix xi xii xiii xiv xv xvi xx series no
    petrochemical communication computer private public state central united limited first new global world universal
    business ventures venture partner partners consulting consultant consultants agency agent agents office branch store
    stores shop market trust fund finance financial capital resource resources energy power gas mining metal metals steel
    biotechnology biotechnologies biochemical biochemicals nanotechnology agrochemical agrochemicals electronic electronics
    food foods textile textiles medical medicine healthcare health care bio biotech life science sciences scientific
    plastic plastics rubber paint paints solvent solvents dyes fertilizer fertilizers cosmetic cosmetics perfume beauty
    motor motors auto automotive parts machinery machine tools hardware building buildings real estate property properties
    tourism travel hotel restaurant media network networks digital data software internet telecom telecommunications
    marine maritime ocean sea air aviation airlines airline airways airport port line lines express customs broker brokers
    warehouse warehousing storage packing packaging wholesale retail project projects design institute school college
    academy foundation society committee council ministry department government military defense defence security
    special free zone zona franca industrialists sons son and brothers family house home
    timber wood lumber glass paper electric electrical garment garments fishery fisheries furniture ceramic ceramics leather
    north south east west northern southern eastern western middle great upper lower
    """)
PLACES = _words("""
    afghanistan africa african albania algeria america american americas angola arab arabia arabian argentina armenia asia
    asian australia australian austria azerbaijan bahrain balkan baltic bangladesh belarus belgium belgrade beirut beijing
    bogota bolivia bombay bosnia brasil brazil british bulgaria burma cairo cali cambodia cameroon canada caracas caribbean
    caspian chad chile china chinese colombia congo croatia cuba cuban culiacan cyprus czech dalian damascus delhi denmark
    djibouti dominicana dubai dutch ecuador egypt egyptian emirates england eritrea ethiopia eurasia europe european finland
    france french fujian georgia german germany ghana greece greek guadalajara guangdong guangzhou guatemala gulf guyana haiti
    hangzhou hebei havana herzegovina hong honduras hongkong hubei hungary india indian indonesia iran iranian iraq iraqi
    ireland israel istanbul italia italian italy jakarta jalisco japan japanese jiangsu jordan kabul karachi kazakhstan kenya
    kong korea korean kuwait kyrgyzstan lagos laos latin latvia lebanon lebanese liberia libya lima lithuania london lahore
    macau malaysia mali malta medellin mediterranean mexicana mexicano mexico minsk moldova mongolia montenegro morocco moscow
    mozambique mumbai myanmar namibia nepal netherlands nicaragua niger nigeria norway oman ottoman pacific pakistan pakistani
    palestine palestinian panama paraguay paris pars peru philippines poland portugal pyongyang qatar qingdao romania russia
    russian rwanda saudi scotland senegal serbia shandong shanghai shenzhen siberia sierra sinaloa singapore slovakia
    slovenia somalia spain sudan sweden swiss switzerland sydney syria syrian taiwan tajikistan tanzania tehran thai thailand
    tianjin tijuana tokyo tunisia turkey turkish turkmenistan turkiye uae uganda uk ukraine ukrainian ural uruguay us usa
    uzbekistan venezuela vietnam wuhan xinjiang yangon yemen yunnan zambia zhejiang zimbabwe zurich
    """)

# Words that may be added to a name or left out of it without making it another's: articles, particles, titles, serial numerals.
SLIGHT = _words("""
    and the of for de del la las los el al und et des du da do van von bin bint ben a an to in on with by
    mr mrs ms miss dr sr sra messrs mv mt sheikh shaikh sheik shaykh mullah mulla maulvi maulavi mawlawi qari haji prof professor
    ing eng lic capt captain col colonel president na ii iii iv vi vii viii ix xi xii xiii xiv xv xvi xx series no
    """)
_NUMBERS = """
    two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 ten 10 eleven 11 twelve 12 twenty 20 thirty 30 forty 40
    fifty 50 sixty 60 seventy 70 eighty 80 ninety 90
    """
NUMBER_WORDS: dict[str, str] = dict(zip(_NUMBERS.split()[::2], _NUMBERS.split()[1::2], strict=True))

# What manifests write between two parties or before one. Each part is a name of its own.
NOISE = (
    r"to\s+the\s+order\s+of",
    r"to\s+order\s+of",
    r"to\s+the\s+order",
    r"to\s+order",
    r"unto\s+order",
    r"order\s+of\s+shipper",
    r"a\s+la\s+orden\s+de(?:l)?",
    r"a\s+la\s+orden",
    r"à\s+l['’]ordre\s+de",
    r"c\s?/\s?o",
    r"care\s+of",
    r"on\s+behalf\s+of",
    r"[of]\s?/\s?b(?:\s?/\s?o)?",
    r"a\s?/\s?c",
    r"for\s+(?:the\s+)?account\s+of",
    r"for\s+and\s+on\s+behalf\s+of",
    r"d\s?/\s?b\s?/\s?a",
    r"doing\s+business\s+as",
    r"trading\s+as",
    r"t\s?/\s?a",
    r"m\s?/\s?s\.?",
    r"messrs\.?",
)

# "Son of" and "daughter of": what stands before is another person than what stands behind.
PARENTS = _words("bin bint بن ابن بنت")

# A body of a State bears a name that every State has a body for.
STATE_WORDS = _words("""
    ministry ministerio ministere ministerstvo ministero department departamento departement government gobierno republic republica
    republique respublika state army armed navy police policia polizei gendarmerie customs aduana douane court embassy embajada
    parliament municipality province directorate prefecture senate
    """)

ADDRESS_WORDS: dict[str, str] = {
    "street": "st str strasse calle rue ulitsa ul",
    "road": "rd",
    "avenue": "ave av avda avenida prospekt",
    "boulevard": "blvd bulvar",
    "building": "bldg blg edificio",
    "floor": "fl flr piso",
    "suite": "ste",
    "apartment": "apt apto",
    "room": "rm",
    "district": "dist distr",
    "province": "prov",
    "industrial": "ind indl",
    "square": "sq",
    "lane": "ln",
    "north": "n norte",
    "south": "s sur",
    "east": "e este",
    "west": "w oeste",
    "box": "pob pobox",
}
ADDRESS_NOISE = _words("no nr num number the of and p o po p.o near opp de la el")
