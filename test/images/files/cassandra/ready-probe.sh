#!/bin/bash
# Ready is who is up and a normal member by its own account.
nodetool status | grep -q "^UN  *$POD_IP "
