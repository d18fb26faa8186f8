"""Compares src/provision/regions.ts with cfn-lint's regional schemas: which types does CloudFormation know in which region?"""

import json
import pathlib
import re
import sys

import cfnlint

folder = pathlib.Path(cfnlint.__file__).parent / "data/schemas/providers"
schemas = {file.stem: json.loads(file.read_text()) for file in folder.glob("*-*.json")}
source = pathlib.Path("src/provision/regions.ts").read_text()
listed = {kind: set(re.findall(r"'([a-z0-9-]+)'", names)) for kind, names in re.findall(r"'(AWS::\w+::\w+)': \[([^\]]*)\]", source)}
if len(schemas) < 40 or len(listed) != 2:
    sys.exit("found no schemas, or no list")
for kind, regions in listed.items():
    known = {region for region, types in schemas.items() if kind in types}
    if regions != known:
        sys.exit(f"{kind}: src/provision/regions.ts lacks {sorted(known - regions)} and has {sorted(regions - known)}")
print(f"{len(schemas)} regions: as src/provision/regions.ts has them")
