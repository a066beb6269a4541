"""What printed lists write below and between their rows: sums, sums carried over, pages, when it was printed, that it ends here.

A cell must say that and nothing else; goods are called so in no language.
"""

from __future__ import annotations

from typing import Final

# A sum by its word, in the languages of manifests; then words that only tell of what.
_SUMS: Final = (
    *("(?:grand|sub|report|sheet|page|bill|manifest|overall|net|gross|running|final)?[ _-]?totals?", "sum", "carried forward", "brought forward", "c/f", "b/f"),
    *("totale?s?", "sub[ -]?totale?s?", "suma", "suma anterior", "suma y sigue", "sumas? iguales", "total general"),
    *("sous[ -]total", "(?:à|a) reporter", "somme", "soma", "a transportar", "subtotais", "totais"),
    *("(?:gesamt|zwischen|end|teil)?summen?", "gesamt", "insgesamt", "(?:gesamt|end)betrag", "übertrag", "uebertrag", "zwischenergebnis"),
    *("totaal", "eindtotaal", "subtotaal", "riporto", "a riportare", "somma", "razem", "suma częściowa", "ogółem", "łącznie", "do przeniesienia"),
    *("(?:под)?итого?", "всего", "сумма", "промежуточный итог", "разом", "усього", "всього", "підсумок", "усяго", "жиыны", "жами", "барлығы"),
    *("celkem", "spolu", "mezisoučet", "összesen", "mindösszesen", "részösszeg", "ukupno", "skupaj", "общо", "укупно", "σύνολο", "γενικό σύνολο"),
    *("(?:genel |ara )?toplam", "yekün", "cəmi", "jami", "tổng", "tổng cộng", "cộng", "jumlah", "jumlah keseluruhan", "total keseluruhan", "รวม", "รวมทั้งสิ้น", "ยอดรวม"),
    *("合计", "总计", "小计", "总和", "合計", "總計", "小計", "总合计", "本页小计", "本页合计", "本頁小計", "累计", "共计", "総計", "総合計", "합계", "총계", "소계", "총합계"),
    *("المجموع", "الإجمالي", "الاجمالي", "المجموع الكلي", "المجموع الفرعي", "اجمالي", "إجمالي", "جمع", "جمع کل", "مجموع", 'סה"כ', "סהכ", "कुल", "कुल योग", "योग", "মোট"),
)  # fmt: skip
_OF_WHAT: Final = (
    "general|général|générale|geral|generale|complessivo|parcial|keseluruhan|weight|rows?|lines?|items?|usd|eur|amount|value|kgs?|sum|page|pages?|"
    "packages|pkgs|pieces|quantity|qty|this page|of page|de la página|da página|de la page|della pagina|der seite|"
    "по странице|по накладной|по листу|по документу|по коносаменту|по декларации|на странице|na stronie|sayfa"
)
_PAGE: Final = "page|pag|pág|página|pagina|seite|blatt|страница|стр|лист|сторінка|аркуш|sayfa|strona|str|trang|halaman|صفحة|صفحه|σελίδα|oldal|strana|side|sida|หน้า|hoja|folha"
_OF: Final = "of|de|sur|von|из|з|z|van|di|dari|من|از|ve|av|af|/|-|với|από"
_PRINTED: Final = (
    "printed|print date|printed at|impreso|fecha de impresión|imprim[eé]|date d'impression|emitido|impresso|data de impressão|gedruckt|druckdatum|"
    "stampato|wydrukowano|data wydruku|распечатано|напечатано|дата печати|надруковано|yazdırma tarihi|打印日期|打印时间|印刷日|출력일|dicetak|in ngày"
)
_END: Final = (
    "end of (?:file|report|manifest|list|data|document|page)|fin del? (?:archivo|reporte|informe|manifiesto|documento|listado)|fin du (?:rapport|manifeste|document|fichier)|"
    "fim do (?:relatório|manifesto|arquivo|documento)|ende des (?:berichts|manifests|dokuments)|ende der liste|fine (?:del )?(?:rapporto|documento|manifesto)|"
    "koniec (?:raportu|dokumentu)|конец (?:отчета|отчёта|документа|файла|списка)|кінець (?:звіту|документа)|rapor sonu|报告结束|以下空白|以下余白|이하 여백|eof"
)
# Cells, whole: RE2, for columns of Arrow.
TOTAL: Final = rf"(?i)^[\s\pZ*]*(?:{'|'.join(_SUMS)})(?:[\s\pZ:=.()_-]*(?:{_OF_WHAT}))*[\s\pZ:：=.*-]*$"
FOOTER: Final = (
    rf"(?i)^[\s\pZ*=_-]*(?:(?:total )?(?:{_PAGE})s?[.:#№ ]*\d+(?:\s*(?:{_OF})\s*\d+)?|\d+\s*/\s*\d+\s*(?:ページ|페이지|页|頁|pages?)|第?\s*\d+\s*[页頁](?:[\s,，/]*共\s*\d+\s*[页頁])?|共\s*\d+\s*[页頁]|"
    rf"(?:{_PRINTED})(?:\s+(?:on|el|le|em|am|il|at|dnia))?\s*[:：]?\s*[\d./: T年月日-]{{6,}}(?:\s*[ap]\.?m\.?)?|{_END})[\s\pZ.:*=_-]*$"
)
