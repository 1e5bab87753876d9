"""model.py - the world of the soak: its items, what is done to them, and the requests for it.

Accounts are items {id, bal, res, n, c, l, p, q}.  Every write of an account puts the operation's name into c, appends it to
the list l and adds 1 to n, so that any later image tells which version it is (n), who made it (c), and who made the ones
before it (l).  A flush moves p to q and l to p, and begins a new l, so that lists stay short; it is done only when l
is long, and its reply shows the whole item, so that hardly ever a part of the lists goes unseen.

Claims are items {id, c} that are put if they are missing and deleted by name (c = the put's operation).  They always
change together with an account, whose list tells whether it happened.

An action is written VERB:ITEM:BAL:RES:CONDITION:
    u  update of an account: what is added to bal and to res      f  the same, and a flush
    c  ConditionCheck      p  Put of a claim      d  Delete of a claim
and a condition  (none),  bNUMBER (bal >= NUMBER),  =NAME (c = NAME),  ! (the item does not exist),  z (l is long).
"""

TABLE = "Soak"
START = 1000        # bal of a new account
LINE = 500          # of a pair of accounts (0 and 1, 2 and 3 ...) at most one is below
NEW = "start"       # who made version 0

LIGHT = '"ProjectionExpression":"id,bal,res,n,c"'
LONG = 8            # names in a list that a flush moves
CONDITIONS = {"b": "bal >= :b", "=": "c = :e", "!": "attribute_not_exists(id)", "z": "size(l) > :z"}
UPDATES = {
    "u": "SET bal = bal + :d, res = res + :r, c = :c, l = list_append(l, :l) ADD n :o",
    "f": "SET bal = bal + :d, res = res + :r, c = :c, q = p, p = l, l = :l ADD n :o",
}

# Pauses within transactions, between their actions: so they meet more often than on an idle machine.
PAUSES = ("""CREATE OR REPLACE FUNCTION public.soak_pause() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF pg_catalog.random() < 0.03 THEN PERFORM pg_catalog.pg_sleep(0.001); END IF; RETURN NEW; END $$""",
          f"CREATE TRIGGER soak_pause BEFORE INSERT OR UPDATE ON dynamodb.\"{TABLE}\" FOR EACH ROW EXECUTE FUNCTION public.soak_pause()")

STREAM = ',"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}'


def create_table(stream):
    return ('{"TableName":"%s","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],'
            '"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]%s}' % (TABLE, STREAM if stream else ""))


def account(number):
    return f"a{number:02d}"


def claim(number):
    """Some come before the accounts in the order of keys, in which a transaction works, and some after them."""
    return f"{'As'[number % 2]}{number:02d}"


def is_account(item):
    return item[0] == "a"


def partner(item):
    return account(int(item[1:]) ^ 1)


def new_account(item):
    return ('{"TableName":"%s","Item":{"id":{"S":"%s"},"bal":{"N":"%d"},"res":{"N":"0"},"n":{"N":"0"},"c":{"S":"%s"},'
            '"l":{"L":[]},"p":{"L":[]},"q":{"L":[]}}}' % (TABLE, item, START, NEW))


def key(item):
    return f'"TableName":"{TABLE}","Key":{{"id":{{"S":"{item}"}}}}'


def condition_parts(condition):
    """The members of a request for a condition, and its value."""
    if not condition:
        return "", ""
    text = f',"ConditionExpression":"{CONDITIONS[condition[0]]}","ReturnValuesOnConditionCheckFailure":"ALL_OLD"'
    if condition[0] == "b":
        return text, f'":b":{{"N":"{condition[1:]}"}}'
    if condition[0] == "=":
        return text, f'":e":{{"S":"{condition[1:]}"}}'
    if condition[0] == "z":
        return text, f'":z":{{"N":"{LONG}"}}'
    return text, ""


def update_parts(name, verb, bal, res, condition):
    text, value = condition_parts(condition)
    return (f',"UpdateExpression":"{UPDATES[verb]}"{text},"ExpressionAttributeValues":{{":d":{{"N":"{bal}"}},":r":{{"N":"{res}"}},'
            f'":c":{{"S":"{name}"}},":l":{{"L":[{{"S":"{name}"}}]}},":o":{{"N":"1"}}{"," + value if value else ""}}}')


def split_action(action):
    verb, item, bal, res, condition = action.split(":")
    return verb, item, int(bal or 0), int(res or 0), condition


def transact_entry(name, action):
    verb, item, bal, res, condition = split_action(action)
    if verb in "uf":
        return f'{{"Update":{{{key(item)}{update_parts(name, verb, bal, res, condition)}}}}}'
    text, value = condition_parts(condition)
    if value:
        text += f',"ExpressionAttributeValues":{{{value}}}'
    if verb == "p":
        return f'{{"Put":{{"TableName":"{TABLE}","Item":{{"id":{{"S":"{item}"}},"c":{{"S":"{name}"}}}}{text}}}}}'
    return f'{{"{"ConditionCheck" if verb == "c" else "Delete"}":{{{key(item)}{text}}}}}'


def transact_write(name, actions, token):
    entries = ",".join([transact_entry(name, action) for action in actions])
    return f'{{"TransactItems":[{entries}]' + (f',"ClientRequestToken":"{token}"}}' if token else "}")


def update_item(name, action, values):
    verb, item, bal, res, condition = split_action(action)
    return f'{{{key(item)}{update_parts(name, verb, bal, res, condition)},"ReturnValues":"{values}"}}'


def transact_get(items, light):
    tail = "," + LIGHT if light else ""
    return '{"TransactItems":[' + ",".join([f'{{"Get":{{{key(item)}{tail}}}}}' for item in items]) + "]}"


def get_item(item, light):
    return f'{{{key(item)},"ConsistentRead":true{"," + LIGHT if light else ""}}}'


def query(item, light):
    return (f'{{"TableName":"{TABLE}","ConsistentRead":true,"KeyConditionExpression":"id = :i",'
            f'"ExpressionAttributeValues":{{":i":{{"S":"{item}"}}}}{"," + LIGHT if light else ""}}}')


def batch_get(items, light):
    keys = ",".join([f'{{"id":{{"S":"{item}"}}}}' for item in items])
    return f'{{"RequestItems":{{"{TABLE}":{{"ConsistentRead":true,"Keys":[{keys}]{"," + LIGHT if light else ""}}}}}}}'
