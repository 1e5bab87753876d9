"""Powertools for AWS Lambda: a function that runs once for each payload."""

import boto3
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent_function
from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyAlreadyInProgressError, IdempotencyValidationError

from steps import ENDPOINT, TABLE, equal, raises, step, version

version("aws-lambda-powertools")
DB = boto3.client("dynamodb", endpoint_url=ENDPOINT)
DB.create_table(TableName=TABLE, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
LAYER = DynamoDBPersistenceLayer(table_name=TABLE, boto3_client=DB)
CALLS = []


@idempotent_function(data_keyword_argument="order", persistence_store=LAYER,
                     config=IdempotencyConfig(event_key_jmespath="id", payload_validation_jmespath="amount"))
def pay(order):
    CALLS.append(order)
    if order.get("again"):
        raises(IdempotencyAlreadyInProgressError, pay, order=order)
    return {"paid": order["amount"]}


@step("items")
def _():
    equal([pay(order={"id": 1, "amount": 5}), pay(order={"id": 1, "amount": 5}), len(CALLS)], [{"paid": 5}, {"paid": 5}, 1])


@step("conditions")
def _():
    # both learn of the item by ReturnValuesOnConditionCheckFailure
    pay(order={"id": 2, "amount": 5, "again": True})
    raises(IdempotencyValidationError, pay, order={"id": 1, "amount": 6})
