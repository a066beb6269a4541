"""Personal names that many people bear: variants of one name to one spelling, and names that tell little by themselves.

Variants are those that folding the spelling does not bring together. Source: customary transliterations, as sanctions lists
and passports have them.
"""

from __future__ import annotations

_VARIANTS = """
    muhammad: mohammed mohamed mohammad mohamad muhammed muhamad muhamed mohamet mehmed mahomed muhammet mahammad mukhammad magomed
      magomet mohd mochammad mokhammad muhamet maxamed mohummad mamadou
    ahmad: ahmed ahmet akhmed akhmad ahmat axmed achmad achmed akhmet
    yusuf: youssef yousef yousuf yusif yusef yousif youcef iusuf yusup jusuf yossef
    husayn: hussein husein hussain hossein hussien hosein husain huseyn husseyn houssein xuseen huseyin hossain
    hasan: hassan hasen hassane xasan
    umar: omar omer umer oumar cumar
    uthman: othman osman usman othmane ousmane cismaan
    usama: osama oussama ousama
    ibrahim: ebrahim ibraheem ibrahem brahim ibragim ibraahim
    ismail: esmail ismael esmaeil ismaeel smail
    mahmud: mahmoud mahmood makhmud mehmood mahmut
    mustafa: mostafa moustafa mustapha mostapha mustafo
    khalid: khaled halid khalit
    said: saeed sayeed saied saeid saiid
    sayyid: sayed sayyed syed seyed seyyed sayid seyid sayd
    abdallah: abdullah abdulla abdalla abdellah abdullahi abdollah abdoulaye cabdullahi
    salih: saleh salah salehe
    qasim: qassem kassem kasim qasem qassim kassim ghasem gasim
    sulayman: suleiman sulaiman soleiman suleyman suliman
    jafar: jaafar djafar gafar jaffar cafer
    jamal: gamal djamal jamaal dzhamal
    hamid: hameed hamed
    rashid: rasheed rachid raschid
    karim: kareem kerim
    rahim: raheem
    latif: lateef
    rahman: rehman rahmaan
    aziz: azeez
    nasir: naser nasser nasr naseer
    tariq: tarek tarik tareq
    faysal: faisal feisal faycal
    bilal: belal
    walid: waleed oualid
    samir: sameer
    amin: ameen
    munir: mounir muneer
    yasin: yassin yaseen yassine
    zayd: zaid zeid
    sergei: sergey sergej serghei sergiy serhiy serhii siarhei
    aleksandr: alexander aleksander alexandr alexandre aleksandar oleksandr alexandros aliaksandr
    aleksei: alexei alexey aleksey aleksej oleksiy oleksii alexis
    dmitry: dmitri dimitri dmitrii dmitriy dmytro dimitry dzmitry dmitrij
    yuri: yury iurii yuriy jurij yurii iuri iurie
    yevgeny: evgeny evgeni evgenii yevgeni yevgeniy evgeniy jewgeni
    vladimir: volodymyr wladimir uladzimir vladimer
    nikolai: nikolay nikolaj mykola nicolai nikolaos nicolae mikalai
    mikhail: mikhael mykhailo michail mihail mikhailo
    andrei: andrey andrej andrii andriy
    pavel: pavlo pawel
    grigory: grigori grigoriy grigorii hryhoriy
    arkady: arkadii arkadiy arkadi arkadij
    viktor: victor viktar
    igor: ihor
    oleg: oleh aleh
    viacheslav: vyacheslav vjatscheslaw viacheslau
    benjamin: binyamin ben benyamin
    joseph: josef jozef iosif
    stephen: steven stefan stephan
    geoffrey: jeffrey
    philip: phillip filip philippe
    catherine: katherine kathryn ekaterina katarina kateryna
    jose: josep
    juan: joan
    gonzalez: gonzales
    guzman: gusman
"""


def _read_variants(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    canonical = ""
    for word in text.split():
        canonical = word.removesuffix(":") if word.endswith(":") else canonical
        found[word.removesuffix(":")] = canonical
    return found


VARIANTS: dict[str, str] = _read_variants(_VARIANTS)

# Words that stand in many names beside others, in one spelling: these are put into canonical form.
STRUCTURE: dict[str, str] = {
    spelling: canonical
    for canonical, spellings in {
        "abdul": "abd abdel abdal abdol abdur abdus abdou",
        "abu": "abou",
        "bin": "ibn ben bn",
        "al": "el",
        "haji": "hajji haj hajj hadji",
    }.items()
    for spelling in spellings.split()
}

# Words that many firms use as their name, so that one alone tells little.
_BRANDS = """
    alpha beta gamma delta omega sigma nova apex summit golden gold silver royal star sun moon ocean river mountain eagle lion tiger
    falcon phoenix dragon crown diamond pearl crystal titan atlas orion vega zenith prime pioneer heritage liberty unity harmony
    evergreen horizon frontier vanguard quantum fusion synergy vertex matrix nexus metro euro trans pan uni omni max pro petro hydro
    solar terra aqua acme stone hill lake bridge green blue red white black sky bright future modern elite noble victory sunrise
    sunshine rainbow lotus rose palm oasis desert island bay coast harbor harbour gate tower king queen prince sultan emir alliance
    union united standard classic quality best master super smart fast speed power dynamic active rapid direct link connect
    integrated advanced professional premier premium supreme optimum excel excellence success progress success fortune lucky happy
    good grand mega micro macro multi inter orient oriental occidental continental imperial national champion leader vision dream
    angel hope faith peace freedom sam safe secure guard shield fortress castle rock iron copper cobra panther wolf bear hawk swan
    dolphin neptune jupiter mars venus mercury saturn apollo zeus hermes olympic olympia marina
    """
# Borne by so many that they tell little even where a list holds them once. Sources: the most frequent given and family names
# by country, as national statistics publish them.
_COMMON = """
    james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark donald steven
    paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas eric jonathan
    stephen larry justin scott brandon benjamin samuel gregory frank alexander raymond patrick jack dennis jerry tyler aaron adam
    nathan henry peter harry oliver noah oscar charlie arthur leo mary patricia jennifer linda elizabeth barbara susan jessica
    sarah karen lisa nancy betty margaret sandra ashley emily donna michelle carol amanda melissa deborah laura anna emma olivia
    sophia julia maria ana carmen rosa marta lucia elena isabel juana teresa gloria beatriz sofia andrea paula claudia
    jose juan luis carlos jorge miguel pedro manuel antonio francisco javier fernando rafael ramon raul roberto ricardo eduardo
    alberto alejandro sergio mario enrique jesus angel oscar hector victor guillermo diego pablo ivan martin julio cesar felipe
    gabriel adrian gustavo marco armando arturo ruben joao paulo
    garcia rodriguez martinez hernandez lopez gonzalez perez sanchez ramirez torres flores rivera gomez diaz reyes morales cruz
    ortiz gutierrez chavez ramos ruiz mendoza alvarez fernandez castillo jimenez moreno romero herrera medina aguilar vargas castro
    guerrero rojas navarro delgado munoz vega silva santos oliveira souza pereira costa ferreira lima rodrigues martins almeida
    smith johnson williams brown jones miller davis wilson anderson taylor thomas moore jackson lee thompson white harris clark
    lewis robinson walker young allen king wright hill green adams baker nelson hall campbell mitchell carter roberts evans
    hans klaus wolfgang jurgen muller schmidt schneider fischer weber meyer wagner becker schulz hoffmann koch bauer richter
    pierre jean michel philippe alain martin bernard dubois durand moreau laurent rossi russo ferrari bianchi romano giuseppe
    ivanov petrov smirnov kuznetsov popov sokolov volkov ivan sergei dmitry andrei aleksei aleksandr vladimir mikhail nikolai
    igor oleg yuri pavel viktor olga tatiana natalia irina svetlana
    muhammad ahmad ali hasan husayn umar uthman ibrahim yusuf ismail mahmud mustafa khalid said abdallah abdul salih rahman
    khan ahmadi karim rashid hamid fatima aisha omar malik hamad nasir aziz mansur jamal abu din sayyid salim musa isa
    yilmaz kaya demir celik sahin ozturk aydin mehmet fatma ayse emine kumar singh sharma gupta patel verma reddy rao das roy
    amit sanjay rajesh vijay anil suresh priya rahul deepak ravi sunil
    wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo wei jing fang min lei jun ping hua ming
    qiang tao jie ying hong yan xin yu bin feng hui kim lee park choi jung kang cho yoon jang lim han shin kwon song ri pak jong
    il un chol song myong nam hyok kwang yong su ho chang sok hak nguyen tran le pham hoang phan vu vo dang bui do
    sato suzuki takahashi tanaka watanabe ito yamamoto nakamura kobayashi kato yoshida yamada sasaki
    santos reyes cruz bautista ocampo del rosario mendoza aquino ramos
    johansson andersson karlsson nilsson eriksson hansen olsen larsen jensen nielsen johansen lars erik anders nielsen
    novak kowalski nowak horvat popescu ionescu nagy kovacs szabo toth papadopoulos
    okafor adeyemi mensah diallo traore
"""
COMMON: frozenset[str] = frozenset(_COMMON.split()) | frozenset(_BRANDS.split())
