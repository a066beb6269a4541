"""Tables for writing systems: folded spellings, Hangul and Han. Sources: customary romanisation as passports and lists have it."""

from __future__ import annotations


def _words(text: str) -> list[str]:
    return text.split()


def _table(text: str) -> dict[str, str]:
    words = _words(text)
    return dict(zip(words[::2], words[1::2], strict=True))


# Letter groups of one sound to one letter. Longer groups first; then doubled letters are written once.
FOLDED: dict[str, str] = _table("""
    sch x tch x tsch x sh x ch x ck k ph f kh k gh g th t dh d bh b zh j dzh j dj j dsch j
    q k c k w v y i z s x ks ou u oo u ee i ie i ey i ei i iy i ij i yi i iye ie iya ia ya ia ja ia yu iu ju iu tz s ts s

    """)

WITHOUT_VOWELS = (("\u0590", "\u08ff"), ("\u0900", "\u0eff"), ("\u1000", "\u109f"), ("\u1780", "\u17ff"), ("\ufb1d", "\ufeff"))

HANGUL_INITIALS = "k kk n t tt r m p pp s ss - j jj ch k t p h".replace("-", "").split(" ")
SOUTHERN_VOWELS = _words("a ae ya yae u e yu ye o wa wae oe yo u wo we wi yu u ui i")
NORTHERN_VOWELS = _words("a ae ya yae o e yo ye o wa wae oe yo u wo we wi yu u ui i")
HANGUL_FINALS = "- k k k n n n t l k m p t t t l m p p t t ng t t k t p t".replace("-", "").split(" ")
# (South, North): https://en.wikipedia.org/wiki/List_of_Korean_surnames, the usual spelling of each.
HANGUL_SURNAMES: dict[str, tuple[str, str]] = {
    "김": ("kim", "kim"),
    "이": ("lee", "ri"),
    "리": ("ri", "ri"),
    "박": ("park", "pak"),
    "최": ("choi", "choe"),
    "정": ("jung", "jong"),
    "강": ("kang", "kang"),
    "조": ("cho", "jo"),
    "윤": ("yoon", "yun"),
    "장": ("jang", "jang"),
    "임": ("lim", "rim"),
    "림": ("lim", "rim"),
    "한": ("han", "han"),
    "오": ("oh", "o"),
    "서": ("seo", "so"),
    "신": ("shin", "sin"),
    "권": ("kwon", "kwon"),
    "황": ("hwang", "hwang"),
    "안": ("ahn", "an"),
    "송": ("song", "song"),
    "류": ("ryu", "ryu"),
    "유": ("yoo", "yu"),
    "전": ("jeon", "jon"),
    "홍": ("hong", "hong"),
    "고": ("ko", "ko"),
    "문": ("moon", "mun"),
    "양": ("yang", "yang"),
    "손": ("son", "son"),
    "배": ("bae", "pae"),
    "백": ("baek", "paek"),
    "허": ("heo", "ho"),
    "노": ("noh", "no"),
    "로": ("ro", "ro"),
    "심": ("shim", "sim"),
    "주": ("joo", "ju"),
    "현": ("hyun", "hyon"),
    "태": ("tae", "thae"),
    "남궁": ("namgung", "namgung"),
    "황보": ("hwangbo", "hwangbo"),
    "선우": ("sunwoo", "sonu"),
}
HAN_DOUBLE_SURNAMES = frozenset(_words("欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 东方 東方 皇甫 尉迟 公孙 令狐 慕容 司徒"))

# Words of Chinese firms' names, simplified and traditional: https://en.wiktionary.org/wiki/有限公司 and the like.
HAN_WORDS: dict[str, str] = _table("""
    股份有限公司 co,ltd 有限责任公司 co,ltd 有限責任公司 co,ltd 有限公司 co,ltd 公司 co 集团 group 集團 group 株式会社 jsc 株式會社 jsc
    有限会社 ltd 合同会社 llc 贸易 trading 貿易 trading 商贸 trading 商貿 trading 国际 international 國際 international
    化工 chemical 化学 chemical 化學 chemical 科技 technology 技术 technology 技術 technology 实业 industry 實業 industry
    工业 industry 工業 industry 进出口 import,export 進出口 import,export 医药 pharma 醫藥 pharma 制药 pharma 製藥 pharma
    药业 pharma 物流 logistics 货运 freight 貨運 freight 运输 transport 運輸 transport 航运 shipping 航運 shipping 海运 shipping
    投资 investment 投資 investment 控股 holding 电子 electronic 電子 electronic 机械 machinery 機械 machinery 设备 equipment
    設備 equipment 材料 material 石油 petroleum 能源 energy 银行 bank 銀行 bank 大学 university 大學 university
    研究所 institute 研究院 institute 中心 center 厂 factory 廠 factory 发展 development 發展 development 商事 trading
    生物 bio 塑料 plastic 食品 food 服务 service 服務 service 管理 management 工程 engineering 建设 construction
    中国 china 中國 china 上海 shanghai 北京 beijing 广东 guangdong 广州 guangzhou 深圳 shenzhen 天津 tianjin 浙江 zhejiang
    杭州 hangzhou 江苏 jiangsu 山东 shandong 青岛 qingdao 大连 dalian 武汉 wuhan 湖北 hubei 河北 hebei 香港 hong,kong
    香港特别行政区 hong,kong 台湾 taiwan 台灣 taiwan 日本 japan 东京 tokyo 東京 tokyo 韩国 korea 福建 fujian 云南 yunnan 南京 nanjing
    """)
HAN_WORDS = {word: english.replace(",", " ") for word, english in HAN_WORDS.items()}

# The most frequent ones: https://en.wikipedia.org/wiki/List_of_most_common_surnames_in_Japan, and customary given names.
JAPANESE_SURNAMES = _table("""
    佐藤 sato 鈴木 suzuki 高橋 takahashi 田中 tanaka 伊藤 ito 渡辺 watanabe 渡邊 watanabe 山本 yamamoto 中村 nakamura 小林 kobayashi
    加藤 kato 吉田 yoshida 山田 yamada 佐々木 sasaki 山口 yamaguchi 松本 matsumoto 井上 inoue 木村 kimura 斎藤 saito 斉藤 saito
    清水 shimizu 山崎 yamazaki 森 mori 池田 ikeda 橋本 hashimoto 阿部 abe 安倍 abe 石川 ishikawa 山下 yamashita 中島 nakajima
    石井 ishii 小川 ogawa 前田 maeda 岡田 okada 長谷川 hasegawa 藤田 fujita 後藤 goto 近藤 kondo 村上 murakami 遠藤 endo
    青木 aoki 坂本 sakamoto 福田 fukuda 太田 ota 西村 nishimura 藤井 fujii 金子 kaneko 岡本 okamoto 藤原 fujiwara 三浦 miura
    中野 nakano 中川 nakagawa 原田 harada 松田 matsuda 竹内 takeuchi 小野 ono 田村 tamura 中山 nakayama 和田 wada 石田 ishida
    森田 morita 上田 ueda 原 hara 内田 uchida 柴田 shibata 酒井 sakai 宮崎 miyazaki 横山 yokoyama 高木 takagi 安藤 ando
    宮本 miyamoto 大野 ono 小島 kojima 谷口 taniguchi 今井 imai 工藤 kudo 高田 takada 増田 masuda 丸山 maruyama 杉山 sugiyama
    """)
JAPANESE_GIVEN_NAMES = _table("""
    太郎 taro 次郎 jiro 二郎 jiro 三郎 saburo 一郎 ichiro 花子 hanako 健一 kenichi 健二 kenji 大輔 daisuke 翔太 shota 拓也 takuya
    直樹 naoki 和也 kazuya 健太 kenta 隆 takashi 誠 makoto 浩 hiroshi 明 akira 博 hiroshi 茂 shigeru 清 kiyoshi 勇 isamu
    正 tadashi 豊 yutaka 進 susumu 美咲 misaki 陽子 yoko 洋子 yoko 恵子 keiko 幸子 sachiko 和子 kazuko 裕子 yuko 由美子 yumiko
    智子 tomoko 久美子 kumiko 真由美 mayumi 明美 akemi 愛 ai 晋三 shinzo 純一郎 junichiro 正雄 masao 和夫 kazuo 幸雄 yukio 弘 hiroshi
    修 osamu 学 manabu 剛 tsuyoshi 昭 akira 麻衣 mai 良子 yoshiko 京子 kyoko 恵 megumi 翼 tsubasa 大樹 daiki 蓮 ren 葵 aoi
    """)

# Korean readings of the characters most used in names there: https://en.wikipedia.org/wiki/List_of_Korean_given_names.
HANJA = _table("""
    金 kim 李 ri 朴 pak 崔 choe 鄭 jong 姜 kang 趙 jo 尹 yun 張 jang 林 rim 吳 o 韓 han 申 sin 徐 so 權 kwon 黃 hwang 安 an 宋 song
    柳 ryu 洪 hong 全 jon 高 ko 文 mun 孫 son 梁 yang 裵 pae 白 paek 許 ho 南 nam 沈 sim 盧 no 河 ha 朱 ju 正 jong 恩 un 日 il 成 song
    男 nam 哲 chol 永 yong 英 yong 明 myong 相 sang 秀 su 洙 su 浩 ho 鎬 ho 國 kuk 国 kuk 光 kwang 東 tong 學 hak 赫 hyok 賢 hyon
    玄 hyon 京 kyong 景 kyong 慶 kyong 善 son 順 sun 順 sun 熙 hui 姬 hui 姫 hui 在 jae 宰 jae 俊 jun 埈 jun 準 jun 海 hae 龍 ryong
    勇 yong 鎔 yong 春 chun 昌 chang 泰 thae 太 thae 炳 pyong 大 tae 中 jung 重 jung 與 yo 正 jong 承 sung 民 min 敏 min 鐵 chol 勳 hun
    訓 hun 根 kun 錫 sok 石 sok 植 sik 植 sik 一 il 三 sam 元 won 源 won 鎮 jin 鎭 jin 珍 jin 眞 jin 真 jin 仁 in 寅 in 吉 kil 福 pok
    """)
