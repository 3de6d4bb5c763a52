"""Fills a user pool of moto's with accounts, and prints their subs, a line each.

  pool_of_users.py POOL NUMBER

All are confirmed but the last three: one is disabled, one has not confirmed, one has an administrator's password.
"""

import os
import sys

import boto3

pool, number = sys.argv[1], int(sys.argv[2])
cognito = boto3.client("cognito-idp", endpoint_url=os.environ["moto"], region_name=os.environ["AWS_REGION"])
client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="c")["UserPoolClient"]["ClientId"]


def attributes(index):
    names = {0: "O'Brien", 1: 'Ana "Nan"', 2: "👩‍👩‍👧‍👦"}
    values = {"name": names.get(index, f"User {index}"), "email": f"user-{index}@example.com"}
    if index % 10 == 9:
        values["preferred_username"] = "SAME" if index % 20 == 9 else "same"
    return [{"Name": name, "Value": value} for name, value in values.items()]


for index in range(number):
    name = f"user-{index}"
    if index == number - 1:
        cognito.admin_create_user(UserPoolId=pool, Username=name, UserAttributes=attributes(index))
        user = cognito.admin_get_user(UserPoolId=pool, Username=name)
        print(next(each["Value"] for each in user["UserAttributes"] if each["Name"] == "sub"))
        continue
    answer = cognito.sign_up(
        ClientId=client, Username=name, Password="It is secret 1", UserAttributes=attributes(index))
    if index != number - 2:
        cognito.admin_confirm_sign_up(UserPoolId=pool, Username=name)
    if index == number - 3:
        cognito.admin_disable_user(UserPoolId=pool, Username=name)
    print(answer["UserSub"])
